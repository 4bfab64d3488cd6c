// Signed notes (C2SP signed-note v1.0.0): a text, an empty line, signature lines. And verifier keys ("vkeys"), by which
// they are verified. Strict: base64 canonical, UTF-8 valid, no control byte but the line feed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"

namespace linchpin::audit {

inline constexpr std::uint8_t ed25519_type = 0x01;      // Ed25519 over the text
inline constexpr std::uint8_t cosignature_type = 0x04;  // a witness's: over "cosignature/v1", the time and the text

// "<name>+<key ID, 8 hex digits>+<base64(type ‖ public key)>"
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;
  std::uint8_t type = ed25519_type;
  std::string public_key;
  bool operator==(const VerifierKey&) const = default;
};
VerifierKey verifier_key(std::string name, std::uint8_t type, std::string public_key);
std::string to_text(const VerifierKey&);
Result<VerifierKey> parse_verifier_key(std::string_view);
bool is_key_name(std::string_view);  // not empty, no space of Unicode, no '+', no control byte

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  std::string bytes;  // after the key ID
};
struct Note {
  std::string text;  // ends in a line feed
  std::vector<NoteSignature> signatures;
};

// The shape only: nothing of it may be trusted before it is verified.
Result<Note> parse_note(std::string_view);
// The note with `text` (which must end in a line feed) and one signature of `key` under `name`.
std::string signed_note(std::string_view text, const std::string& name, const SigningKey& key);
// The note, if at least one of `keys` has signed it, and none of those that did signed something else. KeyWrong
// when none of them did, AuditBroken else.
Result<Note> verified_note(std::string_view, std::span<const VerifierKey> keys);

}  // namespace linchpin::audit
