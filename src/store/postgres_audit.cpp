// The audit log's tables: the queue of rows that wait for an index, the leaves, the complete nodes, the checkpoints.
#include "base/invariant.hpp"
#include "store/postgres_state.hpp"

namespace linchpin::store {

using namespace engine;

Result<std::vector<AuditRow>> PostgresAuditStore::waiting(std::size_t most) {
  Rows found = TRY(state_->query("SELECT id, person, body FROM audit ORDER BY id LIMIT $1", most));
  std::vector<AuditRow> rows;
  while (found.next()) {
    AuditRow& row = rows.emplace_back();
    found.take(row.id, row.person, row.body);
  }
  return rows;
}

Result<std::optional<std::int64_t>> PostgresAuditStore::last_index_of(const std::string& person) {
  if (person.empty()) return std::nullopt;
  Rows found = TRY(
      state_->query("SELECT number FROM leaf WHERE person = $1 AND person <> '' ORDER BY number DESC LIMIT 1", person));
  if (!found.next()) return std::nullopt;
  std::int64_t index = 0;
  found.take(index);
  return index;
}

Result<std::int64_t> PostgresAuditStore::size() {
  Rows found = TRY(state_->query("SELECT coalesce(max(number) + 1, 0) FROM leaf"));
  std::int64_t size = 0;
  if (found.next()) found.take(size);
  return size;
}

// Gaps and rows that are leaves already are refused by the function integrate(): AuditedWithCommit.
Result<void> PostgresAuditStore::integrate(const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) {
  Column numbers, entries, persons, audits, levels, places, hashes;
  for (const Leaf& leaf : leaves) {
    numbers.add(leaf.index);
    entries.add(Bytes{leaf.entry});
    persons.add(leaf.person);
    audits.add(leaf.row);
  }
  for (const TreeNode& node : nodes) {
    levels.add(node.level);
    places.add(node.index);
    hashes.add(Bytes{node.hash});
  }
  std::vector<Statement> statements;
  if (!leaves.empty())
    statements.push_back({"SELECT integrate($1, $2, $3, $4)", Parameters(numbers, entries, persons, audits)});
  if (!nodes.empty()) {
    statements.push_back(
        {"INSERT INTO node (level, number, hash) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])",
         Parameters(levels, places, hashes)});
  }
  if (statements.empty()) return {};
  const Result<void> done = state_->commit(std::move(statements));
  const std::string state = state_->sql_state();
  if (!done && (state == "LN003" || state == "LN004")) {
    return fail(Code::InvariantBroken,
                std::string(to_text(Invariant::AuditedWithCommit)) +
                    (state == "LN003" ? ": an entry's index would leave a gap in the log"
                                      : ": an entry would be in the log twice"),
                "Nothing was stored. Report this.");
  }
  return done;
}

Result<void> PostgresAuditStore::checkpoint(std::int64_t size, const std::string& note) {
  return state_->commit(
      {{"INSERT INTO checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO UPDATE SET note = excluded.note",
        Parameters(size, note)}});
}

Result<std::optional<std::pair<std::int64_t, std::string>>> PostgresAuditStore::last_checkpoint() {
  Rows found = TRY(state_->query("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"));
  if (!found.next()) return std::nullopt;
  std::pair<std::int64_t, std::string> checkpoint;
  found.take(checkpoint.first, checkpoint.second);
  return checkpoint;
}

Result<std::vector<Leaf>> PostgresAuditStore::leaves(std::int64_t from, std::size_t most) {
  Rows found = TRY(state_->query(
      "SELECT number, entry, person, audit FROM leaf WHERE number >= $1 ORDER BY number LIMIT $2", from, most));
  std::vector<Leaf> leaves;
  while (found.next()) {
    Leaf& leaf = leaves.emplace_back();
    found.take(leaf.index, leaf.entry, leaf.person, leaf.row);
  }
  return leaves;
}

Result<std::optional<std::string>> PostgresAuditStore::node(int level, std::int64_t index) {
  Rows found = TRY(state_->query("SELECT hash FROM node WHERE level = $1 AND number = $2", level, index));
  if (!found.next()) return std::nullopt;
  std::string hash;
  found.take(hash);
  return hash;
}

}  // namespace linchpin::store
