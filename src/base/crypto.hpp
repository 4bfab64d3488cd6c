// What is done with keys: a thin layer over libsodium and OpenSSL, and no cipher of our own.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace linchpin {

// Secret bytes: in locked memory that is left out of core dumps and zeroed when freed. Cannot be printed or compared
// with ==. Copies share the memory. bytes() is only for handing to a cipher or to a header of a request.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);  // copies; zero the source yourself if it is yours
  std::string_view bytes() const;
  bool empty() const { return bytes().empty(); }

 private:
  struct Locked;
  std::shared_ptr<const Locked> locked_;
};

using Hash = std::array<std::uint8_t, 32>;

Hash sha256(std::string_view);
Hash hmac_sha256(std::string_view key, std::string_view message);
// The same key for many messages: keeps the keyed state (three times the one-shot call's speed). Not thread-safe.
class Hmac {
 public:
  explicit Hmac(std::string_view key);
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;
  ~Hmac();
  Hash operator()(std::string_view message);
  Hash operator()(std::initializer_list<std::string_view> parts);  // of the parts joined

 private:
  struct State;
  std::unique_ptr<State> state_;
};

bool equal_constant_time(std::string_view, std::string_view);  // lengths may differ: then false

std::string random_bytes(
    std::size_t count);  // from the operating system (libsodium); the engine uses ports.hpp's Random

// XChaCha20-Poly1305 (libsodium), a random 24-byte nonce in front. `key` has 32 bytes. `associated` binds the sealed
// text to its place: hub, entity, id, key version; opening with another one fails.
inline constexpr std::size_t key_bytes = 32;
std::string seal(std::string_view key, std::string_view plain, std::string_view associated);
Result<std::string> open(std::string_view key, std::string_view sealed, std::string_view associated);

// Ed25519 (RFC 8032). A seed has 32 bytes, a public key 32, a signature 64.
struct SigningKey {
  Secret seed;
  std::string public_key;
};
SigningKey signing_key_from_seed(std::string_view seed);
std::string sign(const SigningKey&, std::string_view message);
bool verify(std::string_view public_key, std::string_view message, std::string_view signature);

std::string to_hex(std::string_view);
inline std::string_view as_text(const Hash& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }
std::optional<std::string> from_hex(std::string_view);     // either case
std::string to_base64(std::string_view);                   // RFC 4648 section 4, padded
std::optional<std::string> from_base64(std::string_view);  // canonical only: padding due, unused bits zero
std::string to_base64_url(std::string_view);               // section 5, unpadded

}  // namespace linchpin
