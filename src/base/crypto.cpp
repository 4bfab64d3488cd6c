// Keys: sealing, signing, chance and secret memory (libsodium). Digests are in digest.cpp, encodings in encoding.cpp.
#include "base/crypto.hpp"

#include <pthread.h>
#include <sodium.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

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

namespace {

// Locked memory for keys. libsodium guards each of its pieces with pages of their own, and so takes five system calls
// for one; a hub opens thousands of keys a second. So pieces of up to `slot_bytes` are cut from blocks of its.
class LockedMemory {
 public:
  static constexpr std::size_t slot_bytes = 64, slots = 1024;

  char* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      char* block = static_cast<char*>(sodium_malloc(slot_bytes * slots));
      if (block == nullptr) throw std::bad_alloc();
      for (std::size_t i = slots; i-- > 0;) free_.push_back(block + i * slot_bytes);
    }
    char* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(char* slot) {
    sodium_memzero(slot, slot_bytes);
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

 private:
  std::mutex mutex_;
  std::vector<char*> free_;  // blocks are kept: what was needed once is needed again
};
LockedMemory& locked_memory() {
  static LockedMemory* memory = new LockedMemory;  // outlives every Secret
  return *memory;
}

// Random bytes for nonces, drawn many at once: a system call for each would be a third of what sealing costs. What was
// drawn is not used in a forked child, whose nonces would be its parent's.
class Nonces {
 public:
  void draw(std::string& to) {
    if (left_ < nonce_bytes || forks_seen_ != forks()) {
      static const int watching = ::pthread_atfork(nullptr, nullptr, [] { ++forks(); });
      require(watching == 0, "forks cannot be watched");
      forks_seen_ = forks();
      randombytes_buf(drawn_.data(), drawn_.size());
      left_ = drawn_.size();
    }
    left_ -= nonce_bytes;
    std::memcpy(to.data(), drawn_.data() + left_, nonce_bytes);
  }

 private:
  static std::atomic<unsigned>& forks() {
    static std::atomic<unsigned> count = 0;
    return count;
  }
  std::array<char, 64 * nonce_bytes> drawn_{};
  std::size_t left_ = 0;
  unsigned forks_seen_ = 0;
};

}  // namespace

struct Secret::Locked {
  explicit Locked(std::string_view bytes) : size(bytes.size()) {
    start_sodium();
    memory = small() ? locked_memory().take() : static_cast<char*>(sodium_malloc(size));
    if (memory == nullptr) throw std::bad_alloc();
    if (size > 0) std::memcpy(memory, bytes.data(), size);
    if (!small()) sodium_mprotect_readonly(memory);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {  // zeroes
    if (small())
      locked_memory().give_back(memory);
    else
      sodium_free(memory);
  }
  bool small() const { return size <= LockedMemory::slot_bytes; }

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
  thread_local Nonces nonces;
  nonces.draw(sealed);
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
