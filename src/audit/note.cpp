#include "audit/note.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace linchpin::audit {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a space begin a signature line
constexpr std::size_t signatures_most = 64;         // a verifier must take 16

tl::unexpected<Error> broken(const char* what) {
  return fail(Code::AuditBroken, std::string("the signed note is not valid: ") + what,
              "Do not use its text. Ask for it again, and keep this one as evidence.");
}

// The code point at `at`, moving past it; nothing when this is no valid UTF-8 (RFC 3629: shortest form, no surrogate).
std::optional<char32_t> code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return text[at++];
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || at + static_cast<std::size_t>(more) >= text.size()) return std::nullopt;
  char32_t point = first & (0x3f >> more);
  for (int i = 1; i <= more; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return std::nullopt;
    point = point << 6 | (next & 0x3f);
  }
  constexpr std::array<char32_t, 4> least{0, 0x80, 0x800, 0x10000};
  if (point < least[static_cast<std::size_t>(more)] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
    return std::nullopt;
  }
  at += static_cast<std::size_t>(more) + 1;
  return point;
}

bool is_space(char32_t c) {  // White_Space of Unicode 15
  return c == 0x20 || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

template <class Allowed>
bool all_points(std::string_view text, Allowed allowed) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = code_point(text, at);
    if (!point || !allowed(*point)) return false;
  }
  return true;
}

std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
  return out;
}
std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(dash)) return broken("a signature line does not begin with a dash");
  line.remove_prefix(dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space)))
    return broken("a key's name is malformed");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= 4) return broken("a signature is not canonical base64");
  return NoteSignature{std::string(line.substr(0, space)),
                       static_cast<std::uint32_t>(from_big_endian(bytes->substr(0, 4))), bytes->substr(4)};
}

bool verifies(const VerifierKey& key, const NoteSignature& signature, const std::string& text) {
  if (key.type == ed25519_type) return verify(key.public_key, text, signature.bytes);
  if (key.type != cosignature_type || signature.bytes.size() != 8 + 64) return false;
  const std::uint64_t time = from_big_endian(signature.bytes.substr(0, 8));
  if (time > 0x7fffffffffffffffu) return false;
  const std::string message = "cosignature/v1\ntime " + std::to_string(time) + "\n" + text;
  return verify(key.public_key, message, signature.bytes.substr(8));
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && all_points(name, [](char32_t c) { return c >= 0x20 && c != '+' && !is_space(c); });
}

VerifierKey verifier_key(std::string name, std::uint8_t type, std::string public_key) {
  const Hash hash = sha256(name + "\n" + std::string(1, static_cast<char>(type)) + public_key);
  const auto id = static_cast<std::uint32_t>(from_big_endian(as_text(hash).substr(0, 4)));
  return {std::move(name), id, type, std::move(public_key)};
}

std::string to_text(const VerifierKey& key) {
  return key.name + "+" + to_hex(big_endian(key.id, 4)) + "+" +
         to_base64(std::string(1, static_cast<char>(key.type)) + key.public_key);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto refused = [](const char* what) {
    return fail(Code::InvalidArgument, std::string("the verifier key is not valid: ") + what,
                "It has the form NAME+8 hex digits+base64.");
  };
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos || text.size() < first + 10 || text[first + 9] != '+') {
    return refused("it has not three parts");
  }
  const std::string_view name = text.substr(0, first), id = text.substr(first + 1, 8);
  const auto bytes = from_base64(text.substr(first + 10));
  if (!is_key_name(name)) return refused("its name is malformed");
  if (!bytes || bytes->size() != 33) return refused("its key is not canonical base64 of 33 bytes");
  const auto type = static_cast<std::uint8_t>((*bytes)[0]);
  if (type != ed25519_type && type != cosignature_type) return refused("its type is neither 1 nor 4");
  VerifierKey key = verifier_key(std::string(name), type, bytes->substr(1));
  if (to_hex(big_endian(key.id, 4)) != id) return refused("its id does not belong to its name and key");
  return key;
}

Result<Note> parse_note(std::string_view note) {
  if (!all_points(note, [](char32_t c) { return c >= 0x20 || c == '\n'; })) {
    return broken("it is not UTF-8 without control bytes");
  }
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos || split + 2 >= note.size() || note.back() != '\n') {
    return broken("it has no signature lines");
  }
  Note parsed{std::string(note.substr(0, split + 1)), {}};
  for (std::string_view rest = note.substr(split + 2); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    parsed.signatures.push_back(TRY(parse_signature(rest.substr(0, end))));
    if (parsed.signatures.size() > signatures_most) return broken("it has too many signatures");
    rest.remove_prefix(end + 1);
  }
  return parsed;
}

std::string signed_note(std::string_view text, const std::string& name, const SigningKey& key) {
  const VerifierKey own = verifier_key(name, ed25519_type, key.public_key);
  return std::string(text) + "\n" + std::string(dash) + name + " " +
         to_base64(big_endian(own.id, 4) + sign(key, text)) + "\n";
}

Result<Note> verified_note(std::string_view note, std::span<const VerifierKey> keys) {
  Note parsed = TRY(parse_note(note));
  bool any = false;
  for (const NoteSignature& signature : parsed.signatures) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const VerifierKey& k) {
      return k.name == signature.name && k.id == signature.id;
    });
    if (key == keys.end()) continue;
    if (!verifies(*key, signature, parsed.text)) return broken("a signature of a known key fails");
    any = true;
  }
  if (!any)
    return fail(Code::KeyWrong, "the signed note was not signed by this key under this name",
                "Give the key that belongs to it.");
  return parsed;
}

}  // namespace linchpin::audit
