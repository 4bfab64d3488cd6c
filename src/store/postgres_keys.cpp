#include "store/postgres_keys.hpp"

#include <map>

namespace linchpin::store {

Result<std::map<std::string, std::string>> PostgresKeyStore::get(const std::vector<std::string>& names) {
  if (names.empty()) return std::map<std::string, std::string>();  // an empty array has no type of its own
  std::scoped_lock lock(mutex_);
  Column wanted;
  for (const std::string& name : names) wanted.add(name);
  Rows rows = TRY(database_->query("SELECT name, sealed FROM key WHERE name = ANY($1::text[])", wanted));
  std::map<std::string, std::string> found;
  while (rows.next()) {
    std::string name, sealed;
    rows.take(name, sealed);
    found.emplace(std::move(name), std::move(sealed));
  }
  return found;
}

// A put whose answer is lost is put again by whoever needs it: it is the same either way.
Result<void> PostgresKeyStore::put(const std::vector<std::pair<std::string, std::string>>& keys) {
  if (keys.empty()) return {};
  std::scoped_lock lock(mutex_);
  const std::map<std::string, std::string> last(keys.rbegin(), keys.rend());
  Column names, sealed;
  for (const auto& [name, key] : last) {
    names.add(name);
    sealed.add(Bytes{key});
  }
  TRY(
      database_->query("INSERT INTO key (name, sealed) SELECT * FROM unnest($1::text[], $2::bytea[]) "
                       "ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
                       names, sealed));
  return {};
}

Result<std::string> PostgresKeyStore::put_new(const std::string& name, const std::string& sealed) {
  std::scoped_lock lock(mutex_);
  TRY(database_->query("INSERT INTO key (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, Bytes{sealed}));
  return database_->one<std::string>("SELECT sealed FROM key WHERE name = $1", name);
}

// A deleted row stays in its page and an old page in its file until both are rewritten: so the table is, whole, also
// when the row is gone already (this may be the second try of a destruction that was cut). What the write-ahead log and
// its archives hold is out of reach.
Result<void> PostgresKeyStore::destroy(const std::string& name) {
  std::scoped_lock lock(mutex_);
  TRY(database_->query("DELETE FROM key WHERE name = $1", name));
  return database_->script("VACUUM FULL key");
}

Result<std::vector<std::string>> PostgresKeyStore::names(const std::string& prefix) {
  std::scoped_lock lock(mutex_);
  Rows rows =
      TRY(database_->query("SELECT name FROM key WHERE name >= $1 AND starts_with(name, $1) ORDER BY name", prefix));
  std::vector<std::string> names;
  while (rows.next()) rows.take(names.emplace_back());
  return names;
}

}  // namespace linchpin::store
