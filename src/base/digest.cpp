// SHA-256 and HMAC by OpenSSL, with contexts that are kept: fetching an algorithm anew costs more than a short message.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/crypto.hpp"

namespace linchpin {
namespace {

struct Free {
  void operator()(EVP_MD* p) const { EVP_MD_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_MAC* p) const { EVP_MAC_free(p); }
  void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// OpenSSL fails here only when it is not installed whole, or memory is out.
void require(bool condition) {
  if (condition) return;
  std::fputs("{\"level\":\"error\",\"message\":\"OpenSSL cannot compute SHA-256\"}\n", stderr);
  std::abort();
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// A context of HMAC-SHA256 that has no key yet.
Owned<EVP_MAC_CTX> hmac_context() {
  static const Owned<EVP_MAC> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  require(algorithm != nullptr);
  Owned<EVP_MAC_CTX> context(EVP_MAC_CTX_new(algorithm.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  require(context && EVP_MAC_CTX_set_params(context.get(), params) == 1);
  return context;
}

void set_key(EVP_MAC_CTX* context, std::string_view key) {
  const unsigned char none = 0;  // an empty key is a key; a null pointer would mean "the one before"
  require(EVP_MAC_init(context, key.empty() ? &none : raw(key), key.size(), nullptr) == 1);
}

Hash finished(EVP_MAC_CTX* context) {
  Hash hash{};
  std::size_t size = 0;
  require(EVP_MAC_final(context, hash.data(), &size, hash.size()) == 1 && size == hash.size());
  return hash;
}

}  // namespace

Hash sha256(std::string_view message) {
  static const Owned<EVP_MD> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  thread_local const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  require(algorithm && context);
  Hash hash{};
  require(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1 &&
          EVP_DigestUpdate(context.get(), message.data(), message.size()) == 1 &&
          EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1);
  return hash;
}

struct Hmac::State {
  Owned<EVP_MAC_CTX> context;
};

Hmac::Hmac(std::string_view key) : state_(std::make_unique<State>(hmac_context())) {
  set_key(state_->context.get(), key);
}
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;
Hmac::~Hmac() = default;

Hash Hmac::operator()(std::string_view message) { return (*this)({message}); }

Hash Hmac::operator()(std::initializer_list<std::string_view> parts) {
  EVP_MAC_CTX* context = state_->context.get();
  require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);  // the same key again
  for (const std::string_view part : parts) require(EVP_MAC_update(context, raw(part), part.size()) == 1);
  return finished(context);
}

Hash hmac_sha256(std::string_view key, std::string_view message) {
  thread_local const Owned<EVP_MAC_CTX> context = hmac_context();
  set_key(context.get(), key);
  require(EVP_MAC_update(context.get(), raw(message), message.size()) == 1);
  const Hash hash = finished(context.get());
  set_key(context.get(), {});  // what is kept does not keep the key
  return hash;
}

}  // namespace linchpin
