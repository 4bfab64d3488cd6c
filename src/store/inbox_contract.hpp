// What every Inbox promises, whichever store it is in: of the same worlds as store_contract.hpp.
#pragma once

#include <thread>

#include "store/store_contract.hpp"

namespace linchpin::store {

template <class World>
class InboxContract : public StoreContract<World> {};

TYPED_TEST_SUITE_P(InboxContract);

TYPED_TEST_P(InboxContract, TheInboxKeepsItsOrderOverDaysAndRestarts) {
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-01-01", "a"))), Position(1));
  InboxEntry page = webhook("2026-01-02", std::string("b\0b", 3));
  page.object = ObjectName("contacts");
  page.trigger = Trigger::Poll;
  EXPECT_EQ(must(append_now(this->inbox(), page)), Position(2));
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-01-01", "late"))), Position(3));
  this->world.reopen();
  EXPECT_EQ(must(this->inbox().last()), Position(3));
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-01-02", "c"))), Position(4));

  const auto all = must(this->inbox().read(Position(0), 10));
  ASSERT_EQ(all.size(), 4u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].position, Position(static_cast<std::int64_t>(i) + 1));
  EXPECT_EQ(all[1].sealed, page.sealed);
  EXPECT_EQ(all[1].object, page.object);
  EXPECT_EQ(all[1].trigger, Trigger::Poll);
  EXPECT_EQ(all[1].at, page.at);
  EXPECT_EQ(all[1].day, "2026-01-02");
  EXPECT_EQ(all[2].sealed, "late");
  EXPECT_EQ(all[2].day, "2026-01-01");
  EXPECT_EQ(must(this->inbox().read(Position(1), 2)).size(), 2u);
  EXPECT_EQ(must(this->inbox().read(Position(1), 2))[1].position, Position(3));
  EXPECT_TRUE(must(this->inbox().read(Position(4), 10)).empty());
}

TYPED_TEST_P(InboxContract, ForgottenDaysAreGoneAndPositionsGoOn) {
  must(append_now(this->inbox(), webhook("2026-01-01", "a")));
  must(append_now(this->inbox(), webhook("2026-01-02", "b")));
  must(this->inbox().forget_before("2026-01-02"));
  const auto left = must(this->inbox().read(Position(0), 10));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].position, Position(2));
  must(this->inbox().forget_before("2026-03-01"));
  this->world.reopen();
  EXPECT_TRUE(must(this->inbox().read(Position(0), 10)).empty());
  EXPECT_EQ(must(this->inbox().last()), Position(2));
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-03-01", "c"))), Position(3));
  EXPECT_EQ(must(this->inbox().read(Position(0), 10)).size(), 1u);
}

TYPED_TEST_P(InboxContract, PositionsGoOnAfterWhatHasBeenRead) {
  must(append_now(this->inbox(), webhook("2026-01-01", "a")));
  must(this->inbox().go_on_after(Position(20)));
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-01-01", "b"))), Position(21));
  must(this->inbox().go_on_after(Position(5)));
  EXPECT_EQ(must(append_now(this->inbox(), webhook("2026-01-02", "c"))), Position(22));
  this->world.reopen();
  EXPECT_EQ(must(this->inbox().last()), Position(22));
  EXPECT_EQ(must(this->inbox().read(Position(20), 10)).size(), 2u);
}

// While many senders append, a reader who asks for what comes after the last that it has misses none.
TYPED_TEST_P(InboxContract, AReaderOfTheInboxMissesNothingWhileManyAppend) {
  constexpr int senders = 8, each = 40;
  Inbox& inbox = this->inbox();
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::int64_t> acknowledged;
  for (int s = 0; s < senders; ++s) {
    threads.emplace_back([&, s] {
      for (int i = 0; i < each; ++i) {
        const auto at = append_now(inbox, webhook(i % 2 ? "2026-01-01" : "2026-01-02", std::to_string(s)));
        std::scoped_lock lock(mutex);
        if (at) acknowledged.insert(at->number);
      }
    });
  }
  std::int64_t last = 0;
  bool in_order = true;
  while (last < senders * each && in_order) {
    const auto entries = inbox.read(Position(last), 7);
    if (!entries) break;
    for (const auto& entry : *entries) in_order = in_order && entry.position.number == ++last;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(last, senders * each);
  EXPECT_EQ(acknowledged.size(), static_cast<std::size_t>(senders * each));
}

REGISTER_TYPED_TEST_SUITE_P(InboxContract, TheInboxKeepsItsOrderOverDaysAndRestarts,
                            ForgottenDaysAreGoneAndPositionsGoOn, PositionsGoOnAfterWhatHasBeenRead,
                            AReaderOfTheInboxMissesNothingWhileManyAppend);

}  // namespace linchpin::store
