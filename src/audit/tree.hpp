// The Merkle tree of RFC 6962 section 2.1 with SHA-256: hashes, the root at any size, proofs and their verification.
// Only complete nodes are stored: node (level, index) is the hash of entries [index·2^level, (index+1)·2^level), and
// never changes once it exists.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/ports.hpp"

namespace linchpin::audit {

Hash leaf_hash(std::string_view entry);                     // SHA-256(0x00 ‖ entry)
Hash node_hash(const Hash& left, const Hash& right);        // SHA-256(0x01 ‖ left ‖ right)
std::optional<Hash> hash_of_bytes(std::string_view bytes);  // 32 bytes, else nothing

// Gives a complete node of the tree.
using ReadNode = std::function<Result<Hash>(int level, std::int64_t index)>;
ReadNode nodes_of(engine::AuditStore&);  // AuditBroken when it is not there

// The complete nodes that come into being when `leaves` follow a tree of `size`, level 0 included, in an order in which
// children come before their parent.
Result<std::vector<engine::TreeNode>> grow(std::int64_t size, std::span<const Hash> leaves, const ReadNode&);

Result<Hash> root(std::int64_t size, const ReadNode&);  // of size 0: SHA-256 of nothing
// The inclusion path of entry `index` in a tree of `size`, from the leaf's sibling up; 0 <= index < size.
Result<std::vector<Hash>> inclusion(std::int64_t index, std::int64_t size, const ReadNode&);
// The consistency proof from `old_size` to `size`; 0 <= old_size <= size.
Result<std::vector<Hash>> consistency(std::int64_t old_size, std::int64_t size, const ReadNode&);

bool verify_inclusion(std::int64_t index, std::int64_t size, const Hash& leaf, std::span<const Hash> path,
                      const Hash& root);
bool verify_consistency(std::int64_t old_size, std::int64_t size, const Hash& old_root, const Hash& root,
                        std::span<const Hash> proof);

// A tree that is only added to and asked for its root: what verification recomputes from the entries alone.
class Frontier {
 public:
  // Adds a leaf; calls `made` with each complete node that comes into being.
  void add(const Hash& leaf, const std::function<void(int level, std::int64_t index, const Hash&)>& made);
  Hash root() const;
  std::int64_t size() const { return size_; }

 private:
  std::vector<std::pair<int, Hash>> peaks_;  // complete subtrees, the largest first
  std::int64_t size_ = 0;
};

}  // namespace linchpin::audit
