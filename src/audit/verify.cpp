#include "audit/verify.hpp"

#include <unordered_map>

#include "audit/log.hpp"
#include "audit/tree.hpp"
#include "base/json.hpp"

namespace linchpin::audit {
namespace {

using engine::Leaf;

constexpr std::size_t page = 512, waiting_most = 10'000;

tl::unexpected<Error> broken(const std::string& what) {
  return fail(Code::AuditBroken, what, "Keep this state as evidence, and compare it with a backup and with a witness.");
}
tl::unexpected<Error> broken_at(std::int64_t index, const char* what) {
  return broken("entry " + std::to_string(index) + " of the audit log " + what);
}

// What an entry says of itself must be what it is: its index, its person, the index of the person's previous entry.
class Chain {
 public:
  Result<void> check(const Leaf& leaf, std::int64_t index) {
    if (leaf.index != index) return broken_at(index, "is missing");
    if (leaf.entry.size() > entry_bytes_max) return broken_at(index, "is too large");
    const auto entry = parse_json(leaf.entry);
    if (!entry || canonical(*entry) != leaf.entry) return broken_at(index, "is not canonical JSON");
    if ((*entry)["index"] != Json(index)) return broken_at(index, "names another index");
    if ((*entry)["person"].text() != leaf.person) return broken_at(index, "is kept under another person");
    const Json* previous = entry->find("previous");
    if (leaf.person.empty()) {
      if (entry->find("person") || previous) return broken_at(index, "names a previous entry of nobody");
      return {};
    }
    const auto [last, first_time] = last_.try_emplace(leaf.person, index);
    if (!previous || *previous != (first_time ? Json() : Json(last->second))) {
      return broken_at(index, "does not name its person's previous entry");
    }
    last->second = index;
    return {};
  }

 private:
  std::unordered_map<std::string, std::int64_t> last_;
};

Result<Checkpoint> signed_by_log(std::string_view note, const VerifierKey& key, const char* name) {
  auto checkpoint = verified_checkpoint(note, key);
  if (checkpoint || checkpoint.error().code != Code::KeyWrong) return checkpoint;
  return fail(Code::KeyWrong, std::string(name) + " was not signed by this log key under this name",
              "Give the environment file the log key that belongs to this data, under the hub's own name.");
}

Result<std::optional<Checkpoint>> last_checkpoint(engine::AuditStore& store, const VerifierKey& key) {
  const auto last = TRY(store.last_checkpoint());
  if (!last) return std::nullopt;
  const Checkpoint checkpoint = TRY(signed_by_log(last->second, key, "the audit log's last checkpoint"));
  if (checkpoint.size != last->first) return broken("the last checkpoint is kept under another size than it says");
  return checkpoint;
}

}  // namespace

Result<Verified> verify_log(engine::AuditStore& store, const VerifierKey& key, std::optional<std::string> earlier) {
  std::vector<std::pair<Checkpoint, const char*>> expected;
  if (const auto last = TRY(last_checkpoint(store, key))) expected.emplace_back(*last, "the last checkpoint");
  const std::int64_t attested = expected.empty() ? 0 : expected.front().first.size;
  if (earlier)
    expected.emplace_back(TRY(signed_by_log(*earlier, key, "the checkpoint that was kept")),
                          "the checkpoint that was kept");

  const std::int64_t size = TRY(store.size());
  if (size > 0 && expected.empty()) return broken("the audit log has entries and no checkpoint");
  for (const auto& [checkpoint, name] : expected) {
    if (checkpoint.size > size) return broken(std::string("entries that ") + name + " attests are gone");
  }

  Frontier tree;
  Chain chain;
  const ReadNode stored = nodes_of(store);
  const auto compare = [&]() -> Result<void> {
    for (const auto& [checkpoint, name] : expected) {
      if (checkpoint.size == tree.size() && checkpoint.root != tree.root()) {
        return broken(std::string("the entries are not those that ") + name + " attests");
      }
    }
    return {};
  };
  TRY(compare());
  while (tree.size() < size) {
    const std::vector<Leaf> leaves = TRY(store.leaves(tree.size(), page));
    if (leaves.empty()) return broken_at(tree.size(), "is missing");
    for (const Leaf& leaf : leaves) {
      const std::int64_t index = tree.size();
      TRY(chain.check(leaf, index));
      Result<void> same;
      tree.add(leaf_hash(leaf.entry), [&](int level, std::int64_t at, const Hash& hash) {
        const auto kept = stored(level, at);
        if (same && !kept) same = tl::unexpected(kept.error());
        if (same && *kept != hash) same = broken_at(index, "is not the one that the tree was built from");
      });
      TRY(same);
      TRY(compare());
    }
  }
  const auto waiting = static_cast<std::int64_t>(TRY(store.waiting(waiting_most)).size());
  return Verified{size, attested, waiting, tree.root()};
}

}  // namespace linchpin::audit
