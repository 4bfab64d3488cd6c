// The audit log's tables: the queue of rows that wait for an index, the leaves, the complete nodes, the checkpoints.
#include "base/invariant.hpp"
#include "store/sqlite_state.hpp"

namespace linchpin::store {

using namespace engine;

namespace {

constexpr const char* next_index = "SELECT coalesce(max(number) + 1, 0) FROM leaf";

tl::unexpected<Error> broken(const char* what) {
  return fail(Code::InvariantBroken, std::string(to_text(Invariant::AuditedWithCommit)) + ": " + what,
              "Nothing was stored. Report this.");
}

Result<void> write_leaves(Database& db, const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) {
  std::int64_t next = TRY(db.one<std::int64_t>(next_index));
  for (const Leaf& leaf : leaves) {
    if (leaf.index != next++) return broken("an entry's index would leave a gap in the log");
    TRY(db.run("DELETE FROM audit WHERE id = ?", leaf.row));
    if (db.changes() != 1) return broken("an entry would be in the log twice");
    TRY(db.run("INSERT INTO leaf (number, entry, person, audit) VALUES (?,?,?,?)", leaf.index, Blob{leaf.entry},
               leaf.person, leaf.row));
  }
  for (const TreeNode& node : nodes) {
    TRY(db.run("INSERT INTO node (level, number, hash) VALUES (?,?,?)", node.level, node.index, Blob{node.hash}));
  }
  return {};
}

}  // namespace

Result<std::vector<AuditRow>> SqliteAuditStore::waiting(std::size_t most) {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query = TRY(db.query("SELECT id, person, body FROM audit ORDER BY id LIMIT ?", most));
  std::vector<AuditRow> rows;
  while (TRY(query.next())) {
    AuditRow& row = rows.emplace_back();
    query.take(row.id, row.person, row.body);
  }
  return rows;
}

Result<std::optional<std::int64_t>> SqliteAuditStore::last_index_of(const std::string& person) {
  if (person.empty()) return std::nullopt;
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query =
      TRY(db.query("SELECT number FROM leaf WHERE person = ? AND person <> '' ORDER BY number DESC LIMIT 1", person));
  if (!TRY(query.next())) return std::nullopt;
  std::int64_t index = 0;
  query.take(index);
  return index;
}

Result<std::int64_t> SqliteAuditStore::size() {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  return db.one<std::int64_t>(next_index);
}

Result<void> SqliteAuditStore::integrate(const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) {
  std::scoped_lock lock(state_->mutex);
  TRY(state_->file->commit([&](Database& db) { return write_leaves(db, leaves, nodes); }, DurableFile::Durable::Later));
  state_->file->tidy(false);
  return {};
}

Result<void> SqliteAuditStore::checkpoint(std::int64_t size, const std::string& note) {
  std::scoped_lock lock(state_->mutex);
  return state_->file->commit(
      [&](Database& db) { return db.run("INSERT OR REPLACE INTO checkpoint (size, note) VALUES (?,?)", size, note); });
}

Result<std::optional<std::pair<std::int64_t, std::string>>> SqliteAuditStore::last_checkpoint() {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query = TRY(db.query("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"));
  if (!TRY(query.next())) return std::nullopt;
  std::pair<std::int64_t, std::string> checkpoint;
  query.take(checkpoint.first, checkpoint.second);
  return checkpoint;
}

Result<std::vector<Leaf>> SqliteAuditStore::leaves(std::int64_t from, std::size_t most) {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query = TRY(
      db.query("SELECT number, entry, person, audit FROM leaf WHERE number >= ? ORDER BY number LIMIT ?", from, most));
  std::vector<Leaf> leaves;
  while (TRY(query.next())) {
    Leaf& leaf = leaves.emplace_back();
    query.take(leaf.index, leaf.entry, leaf.person, leaf.row);
  }
  return leaves;
}

Result<std::optional<std::string>> SqliteAuditStore::node(int level, std::int64_t index) {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query = TRY(db.query("SELECT hash FROM node WHERE level = ? AND number = ?", level, index));
  if (!TRY(query.next())) return std::nullopt;
  std::string hash;
  query.take(hash);
  return hash;
}

}  // namespace linchpin::store
