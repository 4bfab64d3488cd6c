#include "mapping/email.hpp"

#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <memory>

#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_an_email() {
  return fail(Code::ValueInvalid, "the value is not one e-mail address (RFC 5321)",
              "Correct it in the system that it comes from");
}

bool is_atom_character(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_dot_atom(std::string_view local) {
  if (local.empty() || local.front() == '.' || local.back() == '.') return false;
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '.' ? local[i - 1] == '.' : !is_atom_character(static_cast<unsigned char>(local[i]))) return false;
  }
  for (std::size_t i = 0; i < local.size();) {
    const char32_t c = next_code_point(local, i);
    if (is_space(c) || is_invisible(c)) return false;
  }
  return true;
}
bool is_quoted_string(std::string_view local) {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return false;
  local = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < local.size(); ++i) {
    const auto c = static_cast<unsigned char>(local[i]);
    if (c < 0x20 || c == 0x7F || c == '"') return false;
    if (c == '\\' && (++i == local.size() || static_cast<unsigned char>(local[i]) < 0x20)) return false;
  }
  return true;
}

bool is_address_literal(std::string_view domain) {
  if (domain.size() < 3 || domain.front() != '[' || domain.back() != ']') return false;
  const std::string_view inside = domain.substr(1, domain.size() - 2);
  if (inside.starts_with("IPv6:")) {
    return inside.size() > 7 && inside.find_first_not_of("0123456789abcdefABCDEF:.", 5) == std::string_view::npos;
  }
  int parts = 0;
  for (std::size_t at = 0; at <= inside.size(); ++parts) {
    const std::size_t end = std::min(inside.find('.', at), inside.size());
    const std::string_view part = inside.substr(at, end - at);
    if (part.empty() || part.size() > 3 || part.find_first_not_of("0123456789") != std::string_view::npos) return false;
    if (std::stoi(std::string(part)) > 255) return false;
    at = end + 1;
  }
  return parts == 4;
}

struct Address {
  std::string local, domain;
};
Result<Address> parse_address(std::string_view text) {
  // The last @: one may stand inside a quoted local part.
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return not_an_email();
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (!is_dot_atom(local) && !is_quoted_string(local)) return not_an_email();
  Address out{std::string(local), ""};
  if (is_address_literal(domain)) {
    out.domain = std::string(domain);
  } else {
    auto ascii = domain_to_ascii(domain, true);
    if (!ascii) return not_an_email();
    out.domain = std::move(*ascii);
  }
  // RFC 5321 section 4.5.3.1: octets.
  if (out.local.size() > 64 || out.local.size() + 1 + out.domain.size() > 254) return not_an_email();
  return out;
}

// "Jane Citizen <jane@mail.example>": what stands in the brackets, and the name before them but for what is quoted.
struct Named {
  std::string name, address;
};
std::optional<Named> take_apart(std::string_view text) {
  Named out;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || text[at] != '<'); ++at) {
    if (text[at] == '"')
      quoted = !quoted;
    else if (quoted && text[at] == '\\')
      ++at;
    else if (!quoted)
      out.name += text[at];
  }
  if (at >= text.size() || text.back() != '>') return std::nullopt;
  out.address = trimmed(text.substr(at + 1, text.size() - at - 2));
  return out;
}

// Whether a name holds an address that is not the one behind it: one of two would be lost.
bool holds_another_address(std::string_view name, const Address& address) {
  constexpr std::string_view marks = " ,;:()'<>";
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find_first_of(marks, at), name.size());
    const std::string_view word = name.substr(at, end - at);
    at = end + 1;
    const auto sign = word.find('@');
    if (sign == std::string_view::npos || sign == 0 || sign + 1 == word.size()) continue;
    const auto own = parse_address(word);
    if (!own || case_folded(own->local) != case_folded(address.local) || own->domain != address.domain) return true;
  }
  return false;
}

Result<std::string> written(const Json& value) {
  if (value.is_null()) return std::string();
  if (!value.is_text()) return not_an_email();
  return nfc(trimmed(value.text()));
}

}  // namespace

std::optional<std::string> domain_to_ascii(std::string_view domain, bool strict_host_names) {
  std::string out;
  if (is_ascii(domain) && lower_ascii(domain).find("xn--") == std::string::npos) {
    out = lower_ascii(domain);
  } else {
    UErrorCode status = U_ZERO_ERROR;
    static const std::unique_ptr<const icu::IDNA> idna(icu::IDNA::createUTS46Instance(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        status));
    if (!idna) return std::nullopt;
    icu::IDNAInfo info;
    icu::StringByteSink<std::string> sink(&out);
    status = U_ZERO_ERROR;
    idna->nameToASCII_UTF8({domain.data(), static_cast<int32_t>(domain.size())}, sink, info, status);
    // WHATWG URL asks for neither DNS lengths nor hyphens; strict host names are judged below.
    constexpr uint32_t judged_elsewhere = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                          UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                          UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    if (U_FAILURE(status) || (info.getErrors() & ~judged_elsewhere) != 0) return std::nullopt;
  }
  if (!strict_host_names) return out;
  if (out.empty() || out.size() > 253) return std::nullopt;
  for (std::size_t start = 0; start <= out.size();) {
    const std::size_t end = std::min(out.find('.', start), out.size());
    const std::string_view label = std::string_view(out).substr(start, end - start);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return std::nullopt;
    if (label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string_view::npos) return std::nullopt;
    start = end + 1;
  }
  return out;
}

Result<Value> normalise_email(const Json& value, bool display_name) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  const bool named = display_name && text.back() == '>';
  const auto parts = named ? take_apart(text) : Named{"", text};
  if (!parts) return not_an_email();
  const Address address = TRY(parse_address(parts->address));
  if (holds_another_address(parts->name, address)) return not_an_email();
  return Value(address.local + "@" + address.domain);
}

Result<Value> email_key(const Json& value, bool drop_tag, bool gmail) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  Address address = TRY(parse_address(text));
  std::string local = nfc(case_folded(address.local));
  std::string tag;
  if (const auto plus = local.find('+'); plus != std::string::npos && plus > 0 && local.front() != '"') {
    tag = local.substr(plus);
    local.resize(plus);
  }
  if (gmail && (address.domain == "gmail.com" || address.domain == "googlemail.com")) {
    address.domain = "gmail.com";
    std::erase(local, '.');
  }
  return Value(local + (drop_tag ? "" : tag) + "@" + address.domain);
}

}  // namespace linchpin::mapping
