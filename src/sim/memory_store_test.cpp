#include "sim/memory_store.hpp"

#include "sim/random.hpp"
#include "store/audit_contract.hpp"
#include "store/inbox_contract.hpp"
#include "store/keys_contract.hpp"
#include "store/store_contract.hpp"

namespace linchpin::sim {
namespace {

struct World {
  Store store_;
  AuditStore audit_{store_};
  Inbox inbox_;
  KeyStore keys_;
  Store& store() { return store_; }
  AuditStore& audit() { return audit_; }
  Inbox& inbox() { return inbox_; }
  KeyStore& keys() { return keys_; }
  void reopen() {}
};

TEST(SimulatedStore, ARefusedCommitStoresNothingAndTheNextOneWorks) {
  Store store;
  store.refuse(1);
  engine::Batch batch;
  batch.metas = {{"a", "b"}};
  EXPECT_EQ(store.commit(batch).error().code, Code::StoreUnavailable);
  EXPECT_FALSE(store.meta("a").value());
  EXPECT_TRUE(store.commit(batch));
  EXPECT_EQ(store.meta("a").value(), "b");
}

TEST(SimulatedStore, ACopyIsABackup) {
  Store store;
  engine::Batch batch;
  batch.metas = {{"a", "1"}};
  ASSERT_TRUE(store.commit(batch));
  const Store backup = store;
  batch.metas = {{"a", "2"}};
  ASSERT_TRUE(store.commit(batch));
  store = backup;
  EXPECT_EQ(store.meta("a").value(), "1");
}

TEST(SimulatedInbox, WhatWaitsIsLostInACrashAndNobodyWasTold) {
  Inbox inbox;
  int told = 0;
  inbox.hold(true);
  inbox.append(store::webhook("2026-01-01", "a"), [&](Result<Position>) { ++told; });
  inbox.crash();
  inbox.flush();
  EXPECT_EQ(told, 0);
  inbox.append(store::webhook("2026-01-01", "b"), [&](Result<Position> at) { told += at.has_value(); });
  inbox.flush();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(inbox.last().value(), Position(1));
}

TEST(SimulatedInbox, SaysTooBusyAtItsLimit) {
  Inbox inbox;
  inbox.hold(true);
  inbox.limit(1);
  inbox.append(store::webhook("2026-01-01", "a"), [](Result<Position>) {});
  EXPECT_EQ(store::append_now(inbox, store::webhook("2026-01-01", "b")).error().code, Code::TooBusy);
}

TEST(SimulatedChance, TheSameSeedGivesTheSameNumbersWithinTheirBound) {
  Random a(7), b(7), c(8);
  EXPECT_EQ(a.bytes(16), b.bytes(16));
  EXPECT_NE(a.bytes(16), c.bytes(16));
  for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(3), 3u);
}

}  // namespace
}  // namespace linchpin::sim

namespace linchpin::store {
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, StoreContract, sim::World);
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, InboxContract, sim::World);
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, AuditContract, sim::World);
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, KeysContract, sim::World);
}  // namespace linchpin::store
