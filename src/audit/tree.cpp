#include "audit/tree.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace linchpin::audit {
namespace {

std::int64_t largest_power_below(std::int64_t n) {  // n > 1
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

// MTH(D[start : start + count]). `start` is a multiple of the largest power of two that is not above `count`.
Result<Hash> range(std::int64_t start, std::int64_t count, const ReadNode& read) {
  if (count == 0) return sha256("");
  const auto n = static_cast<std::uint64_t>(count);
  if (std::has_single_bit(n)) return read(std::countr_zero(n), start / count);
  const std::int64_t k = largest_power_below(count);
  return node_hash(TRY(range(start, k, read)), TRY(range(start + k, count - k, read)));
}

// PATH of section 1, over the tree of `count` entries that begins at `start`.
Result<void> path(std::int64_t index, std::int64_t start, std::int64_t count, const ReadNode& read,
                  std::vector<Hash>& out) {
  if (count == 1) return {};
  const std::int64_t k = largest_power_below(count);
  if (index < k) {
    TRY(path(index, start, k, read, out));
    out.push_back(TRY(range(start + k, count - k, read)));
  } else {
    TRY(path(index - k, start + k, count - k, read, out));
    out.push_back(TRY(range(start, k, read)));
  }
  return {};
}

// SUB of section 1.
Result<void> sub(std::int64_t old_count, std::int64_t start, std::int64_t count, bool whole, const ReadNode& read,
                 std::vector<Hash>& out) {
  if (old_count == count) {
    if (!whole) out.push_back(TRY(range(start, count, read)));
    return {};
  }
  const std::int64_t k = largest_power_below(count);
  if (old_count <= k) {
    TRY(sub(old_count, start, k, whole, read, out));
    out.push_back(TRY(range(start + k, count - k, read)));
  } else {
    TRY(sub(old_count - k, start + k, count - k, false, read, out));
    out.push_back(TRY(range(start, k, read)));
  }
  return {};
}

}  // namespace

Hash leaf_hash(std::string_view entry) {
  std::string bytes(1, '\0');
  bytes.append(entry);
  return sha256(bytes);
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::string bytes(1, '\1');
  bytes.append(as_text(left)).append(as_text(right));
  return sha256(bytes);
}

std::optional<Hash> hash_of_bytes(std::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

ReadNode nodes_of(engine::AuditStore& store) {
  return [&store](int level, std::int64_t index) -> Result<Hash> {
    const auto stored = TRY(store.node(level, index));
    const auto hash = stored ? hash_of_bytes(*stored) : std::nullopt;
    if (hash) return *hash;
    return fail(
        Code::AuditBroken,
        "node " + std::to_string(index) + " at level " + std::to_string(level) + " of the log's tree is missing",
        "Restore the state from a backup, and keep this one as evidence.");
  };
}

Result<std::vector<engine::TreeNode>> grow(std::int64_t size, std::span<const Hash> leaves, const ReadNode& read) {
  std::vector<engine::TreeNode> nodes;
  std::map<std::pair<int, std::int64_t>, Hash> made;
  for (const Hash& leaf : leaves) {
    int level = 0;
    std::int64_t index = size++;
    Hash hash = leaf;
    for (;;) {
      nodes.push_back({level, index, std::string(as_text(hash))});
      made[{level, index}] = hash;
      if (index % 2 == 0) break;
      const auto left = made.find({level, index - 1});
      hash = node_hash(left != made.end() ? left->second : TRY(read(level, index - 1)), hash);
      ++level;
      index /= 2;
    }
  }
  return nodes;
}

Result<Hash> root(std::int64_t size, const ReadNode& read) { return range(0, size, read); }

Result<std::vector<Hash>> inclusion(std::int64_t index, std::int64_t size, const ReadNode& read) {
  if (index < 0 || index >= size) return fail(Code::InvalidArgument, "the log has no entry of that index");
  std::vector<Hash> out;
  TRY(path(index, 0, size, read, out));
  return out;
}

Result<std::vector<Hash>> consistency(std::int64_t old_size, std::int64_t size, const ReadNode& read) {
  if (old_size < 0 || old_size > size) return fail(Code::InvalidArgument, "the log was never of that size");
  std::vector<Hash> out;
  if (old_size > 0) TRY(sub(old_size, 0, size, true, read, out));
  return out;
}

bool verify_inclusion(std::int64_t index, std::int64_t size, const Hash& leaf, std::span<const Hash> path,
                      const Hash& root) {
  if (index < 0 || index >= size) return false;
  std::int64_t fn = index, sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : path) {
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      r = node_hash(p, r);
      while (fn % 2 == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool verify_consistency(std::int64_t old_size, std::int64_t size, const Hash& old_root, const Hash& root,
                        std::span<const Hash> proof) {
  if (old_size < 0 || old_size > size) return false;
  if (old_size == 0) return proof.empty();
  if (old_size == size) return proof.empty() && old_root == root;
  std::vector<Hash> hashes(proof.begin(), proof.end());
  if (std::has_single_bit(static_cast<std::uint64_t>(old_size))) hashes.insert(hashes.begin(), old_root);
  if (hashes.empty()) return false;
  std::int64_t fn = old_size - 1, sn = size - 1;
  while (fn % 2 == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash fr = hashes[0], sr = hashes[0];
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    const Hash& c = hashes[i];
    if (sn == 0) return false;
    if (fn % 2 == 1 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while (fn % 2 == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == old_root && sr == root;
}

void Frontier::add(const Hash& leaf, const std::function<void(int, std::int64_t, const Hash&)>& made) {
  std::int64_t index = size_++;
  made(0, index, leaf);
  peaks_.emplace_back(0, leaf);
  while (peaks_.size() >= 2 && peaks_[peaks_.size() - 2].first == peaks_.back().first) {
    const auto [level, right] = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = {level + 1, node_hash(peaks_.back().second, right)};
    index /= 2;
    made(level + 1, index, peaks_.back().second);
  }
}

Hash Frontier::root() const {
  if (peaks_.empty()) return sha256("");
  Hash hash = peaks_.back().second;
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) hash = node_hash(peak->second, hash);
  return hash;
}

}  // namespace linchpin::audit
