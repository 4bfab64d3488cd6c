#include "store/sqlite_keys.hpp"

namespace linchpin::store {

Result<std::map<std::string, std::string>> SqliteKeyStore::get(const std::vector<std::string>& names) {
  std::scoped_lock lock(mutex_);
  Database& db = *TRY(file_->database());
  std::map<std::string, std::string> found;
  for (const std::string& name : names) {
    Query query = TRY(db.query("SELECT sealed FROM key WHERE name = ?", name));
    if (TRY(query.next())) query.take(found[name]);
  }
  return found;
}

Result<void> SqliteKeyStore::put(const std::vector<std::pair<std::string, std::string>>& keys) {
  if (keys.empty()) return {};
  std::scoped_lock lock(mutex_);
  TRY(file_->commit([&](Database& db) -> Result<void> {
    for (const auto& [name, sealed] : keys) {
      TRY(db.run("INSERT OR REPLACE INTO key (name, sealed) VALUES (?,?)", name, Blob{sealed}));
    }
    return {};
  }));
  file_->tidy(true);
  return {};
}

Result<std::string> SqliteKeyStore::put_new(const std::string& name, const std::string& sealed) {
  if (const auto known = TRY(get({name})); !known.empty()) return known.begin()->second;
  TRY(put({{name, sealed}}));  // one process has the file, and its callers wait for each other (vault/keys)
  return sealed;
}

// secure_delete zeroes the row, but a page that was rebalanced earlier may hold an old copy of it in its unused part,
// and the -wal holds the page as it was. So the file is rewritten whole and the -wal emptied, also when the row is gone
// already: this may be the second try of a destruction that was cut.
Result<void> SqliteKeyStore::destroy(const std::string& name) {
  std::scoped_lock lock(mutex_);
  TRY(file_->commit([&](Database& db) { return db.run("DELETE FROM key WHERE name = ?", name); }));
  Database& db = *TRY(file_->database());
  TRY(db.run("VACUUM"));
  return db.checkpoint(Database::Checkpoint::Truncate);
}

Result<std::vector<std::string>> SqliteKeyStore::names(const std::string& prefix) {
  std::scoped_lock lock(mutex_);
  Database& db = *TRY(file_->database());
  Query query = TRY(db.query("SELECT name FROM key WHERE name >= ? ORDER BY name", prefix));
  std::vector<std::string> names;
  while (TRY(query.next())) {
    std::string name;
    query.take(name);
    if (!name.starts_with(prefix)) break;
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace linchpin::store
