#include "sim/memory_store.hpp"

#include <algorithm>

#include "sim/memory_rows.hpp"

namespace linchpin::sim {

using namespace engine;

Result<std::vector<AuditRow>> AuditStore::waiting(std::size_t most) {
  std::vector<AuditRow> rows;
  for (const auto& [id, row] : store_.audit_) {
    if (rows.size() >= most) break;
    rows.push_back(row);
  }
  return rows;
}

Result<std::optional<std::int64_t>> AuditStore::last_index_of(const std::string& person) {
  return find(store_.last_index_, person);
}

Result<std::int64_t> AuditStore::size() { return static_cast<std::int64_t>(store_.leaves_.size()); }

Result<void> AuditStore::integrate(const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) {
  if (store_.refuse_ > 0) {
    --store_.refuse_;
    return refused();
  }
  std::int64_t next = static_cast<std::int64_t>(store_.leaves_.size());
  for (const Leaf& leaf : leaves) {
    if (leaf.index != next++) {
      return fail(Code::InvariantBroken, "AuditedWithCommit: an entry's index would leave a gap in the log",
                  "Nothing was stored. Report this.");
    }
    if (!store_.audit_.contains(leaf.row)) {
      return fail(Code::InvariantBroken, "AuditedWithCommit: an entry would be in the log twice",
                  "Nothing was stored. Report this.");
    }
  }
  for (const Leaf& leaf : leaves) {
    store_.leaves_.push_back(leaf);
    if (!leaf.person.empty()) store_.last_index_[leaf.person] = leaf.index;
    store_.audit_.erase(leaf.row);
  }
  for (const TreeNode& node : nodes) store_.nodes_[{node.level, node.index}] = node.hash;
  return {};
}

Result<void> AuditStore::checkpoint(std::int64_t size, const std::string& note) {
  if (store_.refuse_ > 0) {
    --store_.refuse_;
    return refused();
  }
  store_.checkpoints_[size] = note;
  return {};
}

Result<std::optional<std::pair<std::int64_t, std::string>>> AuditStore::last_checkpoint() {
  using Checkpoint = std::pair<std::int64_t, std::string>;
  if (store_.checkpoints_.empty()) return std::optional<Checkpoint>{};
  return std::optional<Checkpoint>(*store_.checkpoints_.rbegin());
}

Result<std::vector<Leaf>> AuditStore::leaves(std::int64_t from, std::size_t most) {
  const std::size_t all = store_.leaves_.size();
  const std::size_t first = std::min(all, static_cast<std::size_t>(std::max<std::int64_t>(0, from)));
  const auto begin = store_.leaves_.begin() + static_cast<std::ptrdiff_t>(first);
  return std::vector<Leaf>(begin, begin + static_cast<std::ptrdiff_t>(std::min(most, all - first)));
}

Result<std::optional<std::string>> AuditStore::node(int level, std::int64_t index) {
  return find(store_.nodes_, std::pair(level, index));
}

}  // namespace linchpin::sim
