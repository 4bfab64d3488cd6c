// The keys in PostgreSQL: a schema, or a database, that ordinary backups leave out. Thread-safe.
#pragma once

#include <mutex>

#include "engine/ports.hpp"
#include "store/postgres.hpp"

namespace linchpin::store {

class PostgresKeyStore : public engine::KeyStore {
 public:
  explicit PostgresKeyStore(std::unique_ptr<Postgres> database) : database_(std::move(database)) {}
  Result<std::map<std::string, std::string>> get(const std::vector<std::string>& names) override;
  Result<void> put(const std::vector<std::pair<std::string, std::string>>& keys) override;
  Result<std::string> put_new(const std::string& name, const std::string& sealed) override;
  Result<void> destroy(const std::string& name) override;
  Result<std::vector<std::string>> names(const std::string& prefix) override;

 private:
  std::mutex mutex_;
  std::unique_ptr<Postgres> database_;
};

}  // namespace linchpin::store
