// The keys in SQLite: `keys.db`. A key that is destroyed is gone from the file and from its -wal when destroy()
// returns. Thread-safe.
#pragma once

#include <mutex>

#include "engine/ports.hpp"
#include "store/durable_file.hpp"

namespace linchpin::store {

class SqliteKeyStore : public engine::KeyStore {
 public:
  explicit SqliteKeyStore(std::unique_ptr<DurableFile> file) : file_(std::move(file)) {}
  Result<std::map<std::string, std::string>> get(const std::vector<std::string>& names) override;
  Result<void> put(const std::vector<std::pair<std::string, std::string>>& keys) override;
  Result<std::string> put_new(const std::string& name, const std::string& sealed) override;
  Result<void> destroy(const std::string& name) override;
  Result<std::vector<std::string>> names(const std::string& prefix) override;

 private:
  std::mutex mutex_;
  std::unique_ptr<DurableFile> file_;
};

}  // namespace linchpin::store
