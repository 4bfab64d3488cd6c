#include "audit/log.hpp"

#include <gtest/gtest.h>

#include "audit/tree.hpp"
#include "audit/verify.hpp"
#include "base/json.hpp"
#include "sim/memory_store.hpp"

namespace linchpin::audit {
namespace {

const std::string origin = "hub.example.com.au/audit";
SigningKey key(char seed = 'k') { return signing_key_from_seed(std::string(32, seed)); }
VerifierKey vkey() { return verifier_key(origin, ed25519_type, key().public_key); }

// A store whose answers can be bent, as an operator could bend the file.
struct BentStore : engine::AuditStore {
  explicit BentStore(engine::AuditStore& real) : real_(real) {}
  std::function<void(std::vector<engine::Leaf>&)> bend_leaves;  // given all of them
  std::function<void(int, std::int64_t, std::string&)> bend_node;
  std::optional<std::pair<std::int64_t, std::string>> bent_checkpoint;
  engine::AuditStore& real_;

  std::vector<engine::Leaf> all() {
    auto leaves = real_.leaves(0, 100000).value();
    if (bend_leaves) bend_leaves(leaves);
    return leaves;
  }
  Result<std::vector<engine::AuditRow>> waiting(std::size_t most) override { return real_.waiting(most); }
  Result<std::optional<std::int64_t>> last_index_of(const std::string& p) override { return real_.last_index_of(p); }
  Result<std::int64_t> size() override {
    const auto leaves = all();
    return leaves.empty() ? 0 : leaves.back().index + 1;
  }
  Result<void> integrate(const std::vector<engine::Leaf>& l, const std::vector<engine::TreeNode>& n) override {
    return real_.integrate(l, n);
  }
  Result<void> checkpoint(std::int64_t size, const std::string& note) override { return real_.checkpoint(size, note); }
  Result<std::optional<std::pair<std::int64_t, std::string>>> last_checkpoint() override {
    return bent_checkpoint ? bent_checkpoint : real_.last_checkpoint();
  }
  Result<std::vector<engine::Leaf>> leaves(std::int64_t from, std::size_t most) override {
    std::vector<engine::Leaf> found;
    for (auto& leaf : all()) {
      if (leaf.index >= from && found.size() < most) found.push_back(std::move(leaf));
    }
    return found;
  }
  Result<std::optional<std::string>> node(int level, std::int64_t index) override {
    auto hash = TRY(real_.node(level, index));
    if (hash && bend_node) bend_node(level, index, *hash);
    return hash;
  }
};

struct Kept {
  sim::Store store;
  sim::AuditStore audit{store};
  void commit(std::initializer_list<std::pair<const char*, const char*>> person_and_flow) {
    engine::Batch batch;
    for (const auto& [person, flow] : person_and_flow) {
      batch.audit.push_back({0, person, canonical(Json::object({{"flow", flow}}))});
    }
    ASSERT_TRUE(store.commit(batch));
  }
  void integrate(std::size_t most = 1024) {
    auto log = std::move(Log::open(audit, origin, key()).value());
    while (log->integrate(most).value()) continue;
  }
};

void seven(Kept& kept) {
  kept.commit({{"mia", "a"}, {"", "b"}, {"tom", "c"}});
  kept.commit({{"mia", "d"}, {"mia", "e"}, {"tom", "f"}, {"", "g"}});
}

TEST(Log, EntriesGetGaplessIndexesAndNameTheirPersonsPreviousEntry) {
  Kept kept;
  seven(kept);
  kept.integrate(2);
  EXPECT_EQ(kept.audit.size().value(), 7);
  std::vector<std::string> entries;
  const auto leaves = kept.audit.leaves(0, 10).value();
  for (const auto& leaf : leaves) entries.push_back(leaf.entry);
  EXPECT_EQ(entries, (std::vector<std::string>{
                         R"({"flow":"a","index":0,"person":"mia","previous":null})", R"({"flow":"b","index":1})",
                         R"({"flow":"c","index":2,"person":"tom","previous":null})",
                         R"({"flow":"d","index":3,"person":"mia","previous":0})",
                         R"({"flow":"e","index":4,"person":"mia","previous":3})",
                         R"({"flow":"f","index":5,"person":"tom","previous":2})", R"({"flow":"g","index":6})"}));
  const auto verified = verify_log(kept.audit, vkey());
  ASSERT_TRUE(verified) << to_text(verified.error());
  EXPECT_EQ(verified->entries, 7);
  EXPECT_EQ(verified->attested, 7);
  EXPECT_EQ(verified->waiting, 0);
}

TEST(Log, TheCheckpointIsOfTheEntriesAndProvesEach) {
  Kept kept;
  seven(kept);
  kept.integrate();
  const auto note = kept.audit.last_checkpoint().value();
  ASSERT_TRUE(note);
  const Checkpoint checkpoint = verified_checkpoint(note->second, vkey()).value();
  EXPECT_EQ(checkpoint.size, 7);
  const auto leaves = kept.audit.leaves(0, 10).value();
  for (const auto& leaf : leaves) {
    const auto path = inclusion(leaf.index, 7, nodes_of(kept.audit)).value();
    EXPECT_TRUE(verify_inclusion(leaf.index, 7, leaf_hash(leaf.entry), path, checkpoint.root));
  }
}

TEST(Log, ACheckpointIsSignedOnlyWhenItsEntriesAreDurable) {
  Kept kept;
  kept.commit({{"mia", "a"}});
  auto log = std::move(Log::open(kept.audit, origin, key()).value());
  kept.store.refuse(1);
  EXPECT_FALSE(log->integrate());
  EXPECT_FALSE(kept.audit.last_checkpoint().value());
  EXPECT_EQ(kept.audit.waiting(10).value().size(), 1u);
  EXPECT_TRUE(log->integrate().value());
  EXPECT_EQ(kept.audit.last_checkpoint().value()->first, 1);
  EXPECT_FALSE(log->integrate().value());  // nothing to do
}

TEST(Log, ACrashBetweenTheEntriesAndTheirCheckpointIsMadeUpForAtTheNextStart) {
  Kept kept;
  kept.commit({{"mia", "a"}});
  kept.integrate();
  kept.commit({{"mia", "b"}});
  const auto row = kept.audit.waiting(1).value().at(0);
  const std::string entry = entry_of(row, 1, 0).value();
  const Hash hash = leaf_hash(entry);
  ASSERT_TRUE(
      kept.audit.integrate({{1, entry, "mia", row.id}}, grow(1, std::span(&hash, 1), nodes_of(kept.audit)).value()));
  EXPECT_EQ(verify_log(kept.audit, vkey())->attested, 1);
  kept.integrate();
  EXPECT_EQ(verify_log(kept.audit, vkey())->attested, 2);
}

TEST(Log, AnotherKeyOrAStateCutBackBehindItsCheckpointIsRefused) {
  Kept kept;
  seven(kept);
  kept.integrate();
  EXPECT_EQ(Log::open(kept.audit, origin, key('x')).error().code, Code::KeyWrong);
  EXPECT_EQ(Log::open(kept.audit, "other.example/audit", key()).error().code, Code::KeyWrong);
  BentStore bent(kept.audit);
  bent.bend_leaves = [](auto& leaves) { leaves.pop_back(); };
  EXPECT_EQ(Log::open(bent, origin, key()).error().code, Code::AuditBroken);
}

TEST(Verify, EveryByteOfEveryEntryFlippedIsNoticed) {
  Kept kept;
  seven(kept);
  kept.integrate();
  for (std::size_t e = 0; e < 7; ++e) {
    const std::size_t size = kept.audit.leaves(static_cast<std::int64_t>(e), 1).value().at(0).entry.size();
    for (std::size_t i = 0; i < size; ++i) {
      BentStore bent(kept.audit);
      bent.bend_leaves = [&](auto& leaves) { leaves.at(e).entry[i] ^= 1; };
      const auto verified = verify_log(bent, vkey());
      ASSERT_FALSE(verified) << e << " " << i;
      EXPECT_EQ(verified.error().code, Code::AuditBroken);
    }
  }
}

TEST(Verify, EveryNodeAndCheckpointByteFlippedIsNoticed) {
  Kept kept;
  seven(kept);
  kept.integrate();
  for (const auto& [level, count] : {std::pair(0, 7), {1, 3}, {2, 1}}) {
    for (int index = 0; index < count; ++index) {
      BentStore bent(kept.audit);
      bent.bend_node = [&, l = level](int at, std::int64_t i, std::string& hash) {
        if (at == l && i == index) hash[5] ^= 1;
      };
      EXPECT_FALSE(verify_log(bent, vkey())) << level << " " << index;
    }
  }
  const auto last = *kept.audit.last_checkpoint().value();
  for (std::size_t i = 0; i < last.second.size(); ++i) {
    BentStore bent(kept.audit);
    bent.bent_checkpoint = last;
    bent.bent_checkpoint->second[i] ^= 1;
    EXPECT_FALSE(verify_log(bent, vkey())) << i;
  }
}

TEST(Verify, EntriesRemovedReorderedOrGivenToAnotherPersonAreNoticed) {
  Kept kept;
  seven(kept);
  kept.integrate();
  const std::vector<std::function<void(std::vector<engine::Leaf>&)>> tricks = {
      [](auto& leaves) { leaves.pop_back(); },
      [](auto& leaves) { leaves.clear(); },
      [](auto& leaves) { leaves.erase(leaves.begin() + 2); },
      [](auto& leaves) {  // and the others moved up
        leaves.erase(leaves.begin() + 2);
        for (std::size_t i = 0; i < leaves.size(); ++i) leaves[i].index = static_cast<std::int64_t>(i);
      },
      [](auto& leaves) { std::swap(leaves[1].entry, leaves[6].entry); },
      [](auto& leaves) {
        std::swap(leaves[0].entry, leaves[2].entry);
        std::swap(leaves[0].person, leaves[2].person);
      },
      [](auto& leaves) { leaves[3].person = "tom"; },
      [](auto& leaves) { leaves.push_back(leaves.back()); },
      [](auto& leaves) { leaves.insert(leaves.begin(), leaves.front()); }};
  for (std::size_t i = 0; i < tricks.size(); ++i) {
    BentStore bent(kept.audit);
    bent.bend_leaves = tricks[i];
    const auto verified = verify_log(bent, vkey());
    ASSERT_FALSE(verified) << i;
    EXPECT_EQ(verified.error().code, Code::AuditBroken);
  }
}

TEST(Verify, AnotherKeyIsAMistakeAndNoAlarm) {
  Kept kept;
  seven(kept);
  kept.integrate();
  const std::string note = kept.audit.last_checkpoint().value()->second;
  const VerifierKey other = verifier_key(origin, ed25519_type, key('x').public_key);
  EXPECT_EQ(verify_log(kept.audit, other).error().code, Code::KeyWrong);
  EXPECT_EQ(verify_log(kept.audit, other).error().what,
            "the audit log's last checkpoint was not signed by this log key under this name");
  const std::string foreign = signed_note(parse_note(note)->text, origin, key('x'));
  EXPECT_EQ(verify_log(kept.audit, vkey(), foreign).error().code, Code::KeyWrong);
  // What the log's own key is said to have signed, and has not, is an alteration.
  BentStore bent(kept.audit);
  bent.bent_checkpoint = kept.audit.last_checkpoint().value();
  bent.bent_checkpoint->second[note.find('\n') + 1] ^= 1;
  EXPECT_EQ(verify_log(bent, vkey()).error().code, Code::AuditBroken);
}

// The operator holds every key and writes the whole history anew: only who kept a checkpoint can tell.
TEST(Verify, AForkedHistoryVerifiesAloneAndNotAgainstACheckpointThatWasKept) {
  Kept honest, forked;
  honest.commit({{"mia", "a"}, {"mia", "b"}});
  honest.integrate();
  const std::string earlier = honest.audit.last_checkpoint().value()->second;
  honest.commit({{"mia", "c"}});
  honest.integrate();
  EXPECT_TRUE(verify_log(honest.audit, vkey(), earlier));

  forked.commit({{"mia", "a"}, {"mia", "other"}, {"mia", "c"}});
  forked.integrate();
  EXPECT_TRUE(verify_log(forked.audit, vkey()));
  EXPECT_EQ(verify_log(forked.audit, vkey(), earlier).error().code, Code::AuditBroken);

  Kept shorter;
  shorter.commit({{"mia", "a"}});
  shorter.integrate();
  EXPECT_EQ(verify_log(shorter.audit, vkey(), earlier).error().code, Code::AuditBroken);
}

TEST(Verify, AnEmptyLogVerifiesAndOneWithoutItsCheckpointDoesNot) {
  Kept kept;
  EXPECT_TRUE(verify_log(kept.audit, vkey()));
  kept.commit({{"mia", "a"}});
  EXPECT_EQ(verify_log(kept.audit, vkey())->waiting, 1);
  const auto row = kept.audit.waiting(1).value().at(0);
  const std::string entry = entry_of(row, 0, std::nullopt).value();
  const Hash hash = leaf_hash(entry);
  ASSERT_TRUE(
      kept.audit.integrate({{0, entry, "mia", row.id}}, grow(0, std::span(&hash, 1), nodes_of(kept.audit)).value()));
  EXPECT_FALSE(verify_log(kept.audit, vkey()));
}

TEST(Entry, TheLargestBodyThatACommitTakesFitsIntoTheLog) {
  const std::string start = "{\"x\":\"", end = "\"}";
  const std::string body = start + std::string(engine::audit_body_max - start.size() - end.size(), 'y') + end;
  const auto entry = entry_of({1, std::string(64, 'f'), body}, INT64_MAX, INT64_MAX - 1);
  ASSERT_TRUE(entry);
  EXPECT_LE(entry->size(), entry_bytes_max);
  EXPECT_FALSE(entry_of({1, "", "[]"}, 0, {}));
  EXPECT_FALSE(entry_of({1, "", "not json"}, 0, {}));
}

}  // namespace
}  // namespace linchpin::audit
