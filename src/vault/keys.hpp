// Keys: data keys sealed with the master key in a KeyStore, opened when they are needed. One for each golden record,
// one for each day of the inbox, one for the hub. The master key, the match key and the log key come from outside of
// the data. Thread-safe; make() and flush() are the engine thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

#include "engine/ports.hpp"

namespace linchpin::vault {

// A 32-byte key from the text of its file: 64 hex digits, or base64 (RFC 4648 section 4). `name` is for the error.
Result<Secret> key_of_text(const Secret& text, std::string_view name);

// The log's signing key (Ed25519, RFC 8032): the log key is the seed.
SigningKey log_signing_key(const Secret& log_key);

struct KeySetup {
  std::string hub;                 // bound into every sealed key, so that none is moved to another hub
  Secret master;                   // 32 bytes
  Secret match;                    // 32 bytes
  std::size_t opened_most = 1024;  // opened keys that are kept in memory: each takes about 8 KiB of locked pages
  std::function<std::string(std::size_t)> random = random_bytes;  // the simulator's is seeded
};

class Keys : public engine::Keys {
 public:
  // KeyWrong if the master or the match key is not the one that this store was made with: with another match key nobody
  // would be recognised, and everyone created again. `store` must outlive it.
  static Result<std::unique_ptr<Keys>> open(engine::KeyStore& store, KeySetup);
  ~Keys() override;

  Result<Secret> of(const GoldenId&) override;
  Result<void> fetch(const std::vector<GoldenId>&) override;
  Secret make(const GoldenId&) override;
  Result<void> flush() override;  // one commit for all that were made; keeps them for the next try if it fails
  Result<Secret> of_day(const std::string& day) override;
  Result<Secret> of_hub() override;
  std::string blind(std::string_view domain, std::string_view value) override;
  std::string digest(std::string_view domain, std::string_view value) override;

  // Destroys the key of a golden record: what was sealed with it cannot be read again, here or in any copy.
  Result<void> destroy(const GoldenId&);
  Result<void> forget_days_before(const std::string& day) override;

 private:
  Keys(engine::KeyStore& store, KeySetup setup) : store_(store), setup_(std::move(setup)) {}
  // All of these need the mutex.
  Secret fresh();
  std::string associated(const std::string& name) const;
  std::string sealed(const std::string& name, const Secret& key) const;
  Result<std::optional<Secret>> find(const std::string& name);
  Result<Secret> open(const std::string& name, const std::string& sealed_key);
  Result<Secret> find_or_make(const std::string& name);
  void keep(const std::string& name, const Secret& key);
  Result<void> check(const std::string& name, std::string_view value, const char* what);
  Result<void> destroy_named(const std::string& name);

  engine::KeyStore& store_;
  const KeySetup setup_;

  std::mutex mutex_;
  std::map<std::string, Secret> made_;                       // not yet flushed
  using Opened = std::list<std::pair<std::string, Secret>>;  // most recently used first
  Opened opened_;
  std::unordered_map<std::string, Opened::iterator> opened_by_name_;
  Secret hub_;
  Secret digest_;
};

}  // namespace linchpin::vault
