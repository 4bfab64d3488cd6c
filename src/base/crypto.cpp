// Keys: sealing, signing, chance and secret memory (libsodium). Digests are in digest.cpp, encodings in encoding.cpp.
#include "base/crypto.hpp"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace linchpin {
namespace {

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// A key of the wrong length, or no randomness to be had, is no user's mistake: going on would be worse than ending.
void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "{\"level\":\"error\",\"message\":\"%s\"}\n", what);
  std::abort();
}

void start_sodium() {
  static const int started = sodium_init();
  require(started >= 0, "libsodium cannot start");
}

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

}  // namespace

struct Secret::Locked {
  explicit Locked(std::string_view bytes) : size(bytes.size()) {
    start_sodium();
    memory = static_cast<char*>(sodium_malloc(size == 0 ? 1 : size));
    if (memory == nullptr) throw std::bad_alloc();
    if (size > 0) std::memcpy(memory, bytes.data(), size);
    sodium_mprotect_readonly(memory);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { sodium_free(memory); }  // zeroes

  char* memory = nullptr;
  std::size_t size;
};

Secret::Secret(std::string_view bytes) : locked_(std::make_shared<const Locked>(bytes)) {}
std::string_view Secret::bytes() const {
  return locked_ ? std::string_view(locked_->memory, locked_->size) : std::string_view();
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  start_sodium();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), count);
  return bytes;
}

std::string seal(std::string_view key, std::string_view plain, std::string_view associated) {
  start_sodium();
  require(key.size() == key_bytes, "a sealing key has the wrong length");
  std::string sealed(nonce_bytes + plain.size() + tag_bytes, '\0');
  randombytes_buf(sealed.data(), nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + nonce_bytes, nullptr, raw(plain), plain.size(),
                                             raw(associated), associated.size(), nullptr, raw(sealed), raw(key));
  return sealed;
}

Result<std::string> open(std::string_view key, std::string_view sealed, std::string_view associated) {
  start_sodium();
  if (key.size() != key_bytes) return fail(Code::CryptoFailed, "a key does not have 32 bytes");
  if (sealed.size() < nonce_bytes + tag_bytes) return fail(Code::CryptoFailed, "a sealed value is cut short");
  std::string plain(sealed.size() - nonce_bytes - tag_bytes, '\0');
  const std::string_view body = sealed.substr(nonce_bytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(body), body.size(), raw(associated),
                                                 associated.size(), raw(sealed), raw(key)) != 0) {
    return fail(Code::CryptoFailed, "a sealed value does not open with this key, in this place");
  }
  return plain;
}

SigningKey signing_key_from_seed(std::string_view seed) {
  start_sodium();
  require(seed.size() == crypto_sign_ed25519_SEEDBYTES, "a signing seed has the wrong length");
  std::string public_key(crypto_sign_ed25519_PUBLICKEYBYTES, '\0');
  std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> secret{};
  crypto_sign_ed25519_seed_keypair(raw(public_key), secret.data(), raw(seed));
  sodium_memzero(secret.data(), secret.size());
  return SigningKey{Secret(seed), std::move(public_key)};
}

std::string sign(const SigningKey& key, std::string_view message) {
  // libsodium's secret key is the seed and the public key, one after the other.
  const std::string_view seed = key.seed.bytes();
  std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> secret{};
  require(seed.size() + key.public_key.size() == secret.size(), "a signing key has the wrong length");
  std::memcpy(secret.data(), seed.data(), seed.size());
  std::memcpy(secret.data() + seed.size(), key.public_key.data(), key.public_key.size());
  std::string signature(crypto_sign_ed25519_BYTES, '\0');
  crypto_sign_ed25519_detached(raw(signature), nullptr, raw(message), message.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  return signature;
}

bool verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != crypto_sign_ed25519_PUBLICKEYBYTES) return false;
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  return crypto_sign_ed25519_verify_detached(raw(signature), raw(message), message.size(), raw(public_key)) == 0;
}

}  // namespace linchpin
