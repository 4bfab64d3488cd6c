#include "audit/log.hpp"

#include <map>

#include "audit/tree.hpp"
#include "base/json.hpp"

namespace linchpin::audit {

using engine::AuditRow;
using engine::Leaf;

Result<std::string> entry_of(const AuditRow& row, std::int64_t index, std::optional<std::int64_t> previous) {
  const auto body = parse_json(row.body);
  if (!body || !body->is_object()) {
    return fail(Code::AuditBroken, "audit row " + std::to_string(row.id) + " is not a JSON object",
                "The log stops before it. Report this.");
  }
  Json entry = body->with("index", index);
  if (!row.person.empty()) {
    entry = entry.with("person", row.person).with("previous", previous ? Json(*previous) : Json());
  }
  std::string bytes = canonical(entry);
  if (bytes.size() > entry_bytes_max) {
    return fail(Code::AuditBroken, "audit row " + std::to_string(row.id) + " is larger than an entry may be",
                "The log stops before it. Report this.");
  }
  return bytes;
}

Result<std::unique_ptr<Log>> Log::open(engine::AuditStore& store, std::string origin, SigningKey key) {
  if (!is_key_name(origin)) {
    return fail(Code::InvalidArgument, "the audit log's name must not be empty nor hold a space or a '+'");
  }
  auto log = std::unique_ptr<Log>(new Log(store, std::move(origin), std::move(key)));
  const auto last = TRY(store.last_checkpoint());
  if (!last) return log;
  const auto checkpoint = verified_checkpoint(last->second, log->verifier_);
  if (!checkpoint) {
    return fail(Code::KeyWrong, "the audit log's last checkpoint was not signed by this log key under this name",
                "Give the environment file the log key that belongs to this data.");
  }
  if (checkpoint->size > TRY(store.size()) || TRY(root(checkpoint->size, nodes_of(store))) != checkpoint->root) {
    return fail(Code::AuditBroken, "the audit log's tree does not hold what its last checkpoint says",
                "Nothing is signed any more. Run `linchpin audit verify`, and restore the state from a backup.");
  }
  log->signed_ = checkpoint->size;
  return log;
}

Result<bool> Log::grow(std::size_t most) {
  const std::vector<AuditRow> rows = TRY(store_.waiting(most));
  if (!rows.empty()) TRY(put_leaves(rows, TRY(store_.size())));
  return !rows.empty();
}

Result<bool> Log::integrate(std::size_t most) {
  TRY(grow(most));
  // Also when no row waits: a crash may have come between the leaves and their checkpoint.
  const std::int64_t size = TRY(store_.size());
  if (size <= signed_ || size == 0) return false;
  TRY(sign_at(size));
  return true;
}

Result<void> Log::put_leaves(const std::vector<AuditRow>& rows, std::int64_t size) {
  std::vector<Leaf> leaves;
  std::vector<Hash> hashes;
  std::map<std::string, std::int64_t> previous_here;
  for (const AuditRow& row : rows) {
    const std::int64_t index = size + static_cast<std::int64_t>(leaves.size());
    std::optional<std::int64_t> previous;
    if (!row.person.empty()) {
      const auto here = previous_here.find(row.person);
      previous = here != previous_here.end() ? here->second : TRY(store_.last_index_of(row.person));
      previous_here[row.person] = index;
    }
    leaves.push_back({index, TRY(entry_of(row, index, previous)), row.person, row.id});
    hashes.push_back(leaf_hash(leaves.back().entry));
  }
  return store_.integrate(leaves, TRY(audit::grow(size, hashes, nodes_of(store_))));
}

// The checkpoint is durable with its entries, when checkpoint() returns. One that is signed but not stored binds
// nobody, since nobody has seen it; the next one is at least as large.
Result<void> Log::sign_at(std::int64_t size) {
  const Checkpoint checkpoint{origin_, size, TRY(root(size, nodes_of(store_)))};
  TRY(store_.checkpoint(size, signed_note(to_text(checkpoint), origin_, key_)));
  signed_ = size;
  return {};
}

Result<std::optional<std::string>> Log::checkpoint() {
  const auto last = TRY(store_.last_checkpoint());
  if (!last) return std::nullopt;
  return last->second;
}

}  // namespace linchpin::audit
