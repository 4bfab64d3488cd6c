#include "vault/keys.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/mutant.hpp"
namespace linchpin::vault {
namespace {

const std::string hub_name = "hub", day_prefix = "day/", match_check = "check/match";

// Keyed BLAKE2b of `domain` and `value`: `bytes` long. No domain holds a NUL, so the two cannot be shifted into each
// other.
std::string keyed(std::string_view key, std::string_view domain, std::string_view value, std::size_t bytes) {
  crypto_generichash_state state;
  std::string hash(bytes, '\0');
  const auto raw = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  crypto_generichash_init(&state, raw(key), key.size(), bytes);
  crypto_generichash_update(&state, raw(domain), domain.size());
  crypto_generichash_update(&state, raw(std::string_view("\0", 1)), 1);
  crypto_generichash_update(&state, raw(value), value.size());
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), bytes);
  return hash;
}

Secret secret_of(std::string&& bytes) {
  Secret secret(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return secret;
}

}  // namespace

Result<Secret> key_of_text(const Secret& text, std::string_view name) {
  std::optional<std::string> bytes = from_hex(text.bytes());
  if (!bytes || bytes->size() != key_bytes) bytes = from_base64(text.bytes());
  if (!bytes || bytes->size() != key_bytes) {
    return fail(Code::KeyMissing, "the " + std::string(name) + " key is not a key of 32 bytes in hex or base64",
                "Make one with `openssl rand -hex 32`, unless the hub has data: then its key must be found.");
  }
  return secret_of(std::move(*bytes));
}

SigningKey log_signing_key(const Secret& log_key) { return signing_key_from_seed(log_key.bytes()); }

Result<std::unique_ptr<Keys>> Keys::open(engine::KeyStore& store, KeySetup setup) {
  if (setup.master.bytes().size() != key_bytes || setup.match.bytes().size() != key_bytes) {
    return fail(Code::KeyMissing, "the master key and the match key must have 32 bytes each",
                "Make each with `openssl rand -hex 32`.");
  }
  auto keys = std::unique_ptr<Keys>(new Keys(store, std::move(setup)));
  std::scoped_lock lock(keys->mutex_);
  keys->hub_ = TRY(keys->find_or_make(hub_name));
  keys->digest_ = secret_of(keyed(keys->hub_.bytes(), "linchpin/digest/v1", "", key_bytes));
  TRY(keys->check(match_check, keyed(keys->setup_.match.bytes(), "linchpin/check/v1", "", key_bytes), "match"));
  return keys;
}

Keys::~Keys() = default;

Result<void> Keys::check(const std::string& name, std::string_view value, const char* what) {
  const std::optional<Secret> known = TRY(find(name));
  if (!known) {
    TRY(store_.put_new(name, sealed(name, Secret(value))));
    return check(name, value, what);
  }
  if (equal_constant_time(known->bytes(), value)) return {};
  return fail(Code::KeyWrong, std::string("the ") + what + " key is not the one that this hub's data was made with",
              "Give the environment file the key that belongs to this data.");
}

std::string Keys::associated(const std::string& name) const {
  return "linchpin/key/v1" + std::string(1, '\0') + setup_.hub + std::string(1, '\0') + name;
}

std::string Keys::sealed(const std::string& name, const Secret& key) const {
  return seal(setup_.master.bytes(), key.bytes(), associated(name));
}

Secret Keys::fresh() { return secret_of(setup_.random(key_bytes)); }

void Keys::keep(const std::string& name, const Secret& key) {
  const auto known = opened_by_name_.find(name);
  if (known != opened_by_name_.end()) {
    opened_.splice(opened_.begin(), opened_, known->second);
    return;
  }
  opened_.emplace_front(name, key);
  opened_by_name_[name] = opened_.begin();
  if (opened_.size() <= setup_.opened_most) return;
  opened_by_name_.erase(opened_.back().first);
  opened_.pop_back();
}

Result<std::optional<Secret>> Keys::find(const std::string& name) {
  const auto made = made_.find(name);
  if (made != made_.end()) return made->second;
  const auto known = opened_by_name_.find(name);
  if (known != opened_by_name_.end()) {
    keep(name, known->second->second);
    return opened_.front().second;
  }
  const auto stored = TRY(store_.get({name}));
  if (stored.empty()) return std::nullopt;
  return open(name, stored.begin()->second);
}

Result<Secret> Keys::open(const std::string& name, const std::string& sealed_key) {
  Result<std::string> plain = linchpin::open(setup_.master.bytes(), sealed_key, associated(name));
  if (!plain) {
    return fail(Code::KeyWrong, "the keys in this hub's key store do not open with this master key",
                "Give the environment file the master key that belongs to this data, under the hub's own name.");
  }
  const Secret key = secret_of(std::move(*plain));
  keep(name, key);
  return key;
}

Result<Secret> Keys::find_or_make(const std::string& name) {
  const std::optional<Secret> known = TRY(find(name));
  if (known) return *known;
  const Secret key = fresh();
  if (mutant(Mutant::DayKeyInMemory)) {
    keep(name, key);
    return key;
  }
  // Another process may have made it meanwhile: then that one is the key.
  TRY(store_.put_new(name, sealed(name, key)));
  return *TRY(find(name));
}

Result<void> Keys::fetch(const std::vector<GoldenId>& goldens) {
  std::scoped_lock lock(mutex_);
  std::vector<std::string> unknown;
  for (const GoldenId& golden : goldens)
    if (!made_.contains(golden.text) && !opened_by_name_.contains(golden.text)) unknown.push_back(golden.text);
  if (unknown.empty()) return {};
  for (const auto& [name, sealed_key] : TRY(store_.get(unknown))) TRY(open(name, sealed_key));
  return {};
}

Result<Secret> Keys::of(const GoldenId& golden) {
  std::scoped_lock lock(mutex_);
  const std::optional<Secret> key = TRY(find(golden.text));
  if (key) return *key;
  return fail(Code::KeyMissing, "the key of golden record " + golden.text + " does not exist or was destroyed",
              "An erased record stays unreadable. If nothing was erased, restore the key backup.");
}

Secret Keys::make(const GoldenId& golden) {
  std::scoped_lock lock(mutex_);
  const auto [at, fresh_one] = made_.try_emplace(golden.text);
  if (fresh_one) at->second = fresh();
  return at->second;
}

Result<void> Keys::flush() {
  std::scoped_lock lock(mutex_);
  std::vector<std::pair<std::string, std::string>> keys;
  keys.reserve(made_.size());
  for (const auto& [name, key] : made_) keys.emplace_back(name, sealed(name, key));
  if (keys.empty()) return {};
  TRY(store_.put(keys));
  for (const auto& [name, key] : made_) keep(name, key);
  made_.clear();
  return {};
}

Result<Secret> Keys::of_day(const std::string& day) {
  std::scoped_lock lock(mutex_);
  return find_or_make(day_prefix + day);
}

Result<Secret> Keys::of_hub() {
  std::scoped_lock lock(mutex_);
  return hub_;
}

std::string Keys::blind(std::string_view domain, std::string_view value) {
  return mutant(Mutant::MatchKeyPlain) ? std::string(value) : keyed(setup_.match.bytes(), domain, value, 16);
}
std::string Keys::digest(std::string_view domain, std::string_view value) {
  return keyed(digest_.bytes(), domain, value, 32);
}

// From memory first: whatever becomes of the store, nothing here opens with it any more.
Result<void> Keys::destroy_named(const std::string& name) {
  made_.erase(name);
  const auto known = opened_by_name_.find(name);
  if (known != opened_by_name_.end()) {
    opened_.erase(known->second);
    opened_by_name_.erase(known);
  }
  return store_.destroy(name);
}

Result<void> Keys::destroy(const GoldenId& golden) {
  std::scoped_lock lock(mutex_);
  return destroy_named(golden.text);
}

Result<void> Keys::forget_days_before(const std::string& day) {
  std::scoped_lock lock(mutex_);
  for (const std::string& name : TRY(store_.names(day_prefix))) {
    if (name < day_prefix + day) TRY(destroy_named(name));
  }
  return {};
}

}  // namespace linchpin::vault
