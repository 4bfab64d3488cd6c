// Against vectors made with Go's x/mod/sumdb: entries {"n":0}, {"n":1}, … and their roots, proofs and checkpoints.
#include "audit/tree.hpp"

#include <gtest/gtest.h>

#include <map>

namespace linchpin::audit {
namespace {

struct Nodes {
  std::map<std::pair<int, std::int64_t>, Hash> kept;
  std::int64_t size = 0;
  ReadNode read() const {
    return [this](int level, std::int64_t index) -> Result<Hash> {
      const auto found = kept.find({level, index});
      if (found == kept.end()) return fail(Code::AuditBroken, "no such node");
      return found->second;
    };
  }
  void add(std::int64_t count) {
    std::vector<Hash> leaves;
    for (std::int64_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("{\"n\":" + std::to_string(size + i) + "}"));
    const auto nodes = grow(size, leaves, read()).value();
    for (const auto& node : nodes) {
      EXPECT_TRUE(kept.emplace(std::pair(node.level, node.index), *hash_of_bytes(node.hash)).second);
    }
    size += count;
  }
};

std::string hex(const Hash& hash) { return to_hex(as_text(hash)); }

const char* const leaf3 = "d74a2d1f2af1c1cad6c5e8a86fc869162e7d1ea01e729abff17851d10948f994";
const char* const leaf4 = "67cbf349d6b4e4caf430a96751ca532214414c2f8c9f7c567abbc3e52f2df391";
const std::map<std::int64_t, const char*> roots = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "f94070abfd2da0bf72902eb13a808e794f954d9e2745c682a158f6ed0d4ac036"},
    {2, "3badc80537f029e1bb77280dc85203cf2ed9748dc8f571230fcba5c326c91068"},
    {3, "2cfef7627597e00b564975774ad728ef210706759fca6d64138c6dfc1cbf2cda"},
    {4, "bd0070acbdc679a24cf44615841483fbfcc18aba00ae4dbe2a0c54af26cbd9fa"},
    {5, "87d50c5ea4b4e9c66a6350dc9cf80c85641a6dc2d4e86fbeeedca752fa4cdb4c"},
    {255, "46480c89222784e88d44ddda3b272cb4a6cba9d47e0184170f24e0c363dd67d9"},
    {256, "5674300101808c96b0b2eb1b448615fb1c98650b2583b6791cf4c764918a823d"},
    {257, "9ac4c5b4d82fd3136ea384ce5f0b19825197b47e5e9aaeac18d24db89b910310"},
    {512, "c6e9ec2526256abe9395b41cba1c98327e7ad151e9c3e93b35daa9764b60d5b2"},
    {65535, "d932b04f8a84976aa636dacf440e287103f4b678c55dbb59040feddc2f2c9b16"},
    {65536, "a7e700cb0188986b069348155ff2aca9909fc35075a99da825fcee091185464c"},
    {65537, "8a6e29bc1b744e1bb530be11835c70ef37545de0031e77210cc9600a1e18d99c"},
    {70000, "060bfef3a2680a0345df6fd2c1c998b4f265d652926cc843a1174363051b1547"}};

TEST(Tree, LeavesAndRootsAreThoseOfTheWorkedVectors) {
  EXPECT_EQ(hex(leaf_hash("{\"n\":3}")), leaf3);
  EXPECT_EQ(hex(leaf_hash("{\"n\":4}")), leaf4);
  Nodes nodes;
  Frontier frontier;
  std::int64_t size = 0;
  for (const auto& [at, expected] : roots) {
    nodes.add(at - nodes.size);  // in steps of many sizes, as entries come
    for (; size < at; ++size) frontier.add(leaf_hash("{\"n\":" + std::to_string(size) + "}"), [](int, auto, auto&) {});
    EXPECT_EQ(hex(root(at, nodes.read()).value()), expected) << at;
    EXPECT_EQ(hex(frontier.root()), expected) << at;
  }
  // The root of any earlier size is still to be had.
  for (const auto& [at, expected] : roots) EXPECT_EQ(hex(root(at, nodes.read()).value()), expected) << at;
}

TEST(Tree, ProofsAreThoseOfTheWorkedVectors) {
  Nodes nodes;
  nodes.add(5);
  const auto read = nodes.read();
  const auto hexes = [](const Result<std::vector<Hash>>& proof) {
    std::vector<std::string> out;
    for (const Hash& hash : proof.value()) out.push_back(hex(hash));
    return out;
  };
  const std::string leaf2 = "3d1de776df086c1ae9f7049d2bb0c0475ad14185f987e064e8d10dcb2db4a322";
  using Proof = std::vector<std::string>;
  EXPECT_EQ(hexes(inclusion(2, 5, read)), (Proof{leaf3, roots.at(2), leaf4}));
  EXPECT_EQ(hexes(inclusion(4, 5, read)), (Proof{roots.at(4)}));
  EXPECT_EQ(hexes(consistency(3, 5, read)), (Proof{leaf2, leaf3, roots.at(2), leaf4}));
  EXPECT_EQ(hexes(consistency(4, 5, read)), (Proof{leaf4}));
  EXPECT_EQ(hexes(consistency(2, 5, read)),
            (Proof{"126052db7798240e63a58487a3bd039a77d605a6a218f9470b582ed1e4901121", leaf4}));
  EXPECT_TRUE(consistency(0, 5, read).value().empty());
  EXPECT_FALSE(inclusion(5, 5, read));
  EXPECT_FALSE(consistency(6, 5, read));
}

TEST(Tree, EveryProofVerifiesAndNoneVerifiesForAnotherPlaceSizeOrHash) {
  constexpr std::int64_t most = 21;
  Nodes nodes;
  nodes.add(most);
  const auto read = nodes.read();
  for (std::int64_t size = 1; size <= most; ++size) {
    const Hash top = root(size, read).value();
    for (std::int64_t index = 0; index < size; ++index) {
      const Hash leaf = read(0, index).value();
      const auto path = inclusion(index, size, read).value();
      EXPECT_TRUE(verify_inclusion(index, size, leaf, path, top));
      EXPECT_FALSE(verify_inclusion(index, size, read(0, (index + 1) % most).value(), path, top));
      EXPECT_FALSE(verify_inclusion(size, size, leaf, path, top));
      for (std::int64_t other = 0; other < size; ++other) {
        if (other != index) EXPECT_FALSE(verify_inclusion(other, size, leaf, path, top)) << other << "/" << size;
      }
      auto longer = path;
      longer.push_back(leaf);
      EXPECT_FALSE(verify_inclusion(index, size, leaf, longer, top));
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto flipped = path;
        flipped[i][i % 32] ^= 1;
        EXPECT_FALSE(verify_inclusion(index, size, leaf, flipped, top));
      }
    }
    for (std::int64_t old = 1; old <= size; ++old) {
      const Hash old_top = root(old, read).value();
      const auto proof = consistency(old, size, read).value();
      EXPECT_TRUE(verify_consistency(old, size, old_top, top, proof)) << old << "/" << size;
      if (old < size) {
        EXPECT_FALSE(verify_consistency(old, size, top, top, proof));
        EXPECT_FALSE(verify_consistency(old, size, old_top, old_top, proof));
      }
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto flipped = proof;
        flipped[i][31 - i % 32] ^= 0x80;
        EXPECT_FALSE(verify_consistency(old, size, old_top, top, flipped));
        auto shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(verify_consistency(old, size, old_top, top, shorter));
      }
    }
  }
}

}  // namespace
}  // namespace linchpin::audit
