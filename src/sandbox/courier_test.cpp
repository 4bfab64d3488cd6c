#include "sandbox/courier.hpp"

#include <gtest/gtest.h>

namespace linchpin::sandbox {
namespace {

constexpr Instant start = Instant{milliseconds{1'795'480'000'000}};

TEST(Courier, JoinsEventsInOrderUpToItsBatch) {
  Chance chance(1);
  Courier courier({.batch = 2, .flights = 10, .retries = {}});
  for (int i = 0; i < 3; ++i) courier.add(Json(i), start);
  const auto due = courier.take_due(start, true, chance);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].events, (std::vector<Json>{Json(0), Json(1)}));
  EXPECT_EQ(due[1].events, (std::vector<Json>{Json(2)}));
  EXPECT_TRUE(courier.take_due(start, true, chance).empty()) << "what flies is not sent twice";
}

TEST(Courier, KeepsAMessageUnderOneIdUntilItIsDeliveredOrItsScheduleEnds) {
  Chance chance(1);
  Courier courier({.batch = 1, .flights = 1, .retries = {milliseconds{10}, milliseconds{20}}});
  courier.add(Json("e"), start);
  const std::string id = courier.take_due(start, true, chance)[0].id;
  EXPECT_FALSE(courier.settle(id, false, start, chance)->given_up);
  EXPECT_EQ(courier.next_due(true), start + milliseconds{10});
  EXPECT_TRUE(courier.take_due(start + milliseconds{9}, true, chance).empty());
  const auto again = courier.take_due(start + milliseconds{10}, true, chance);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].id, id);
  EXPECT_EQ(again[0].attempt, 1);
  EXPECT_FALSE(courier.settle("another", true, start, chance));
  courier.settle(id, false, start + milliseconds{10}, chance);
  ASSERT_EQ(courier.take_due(start + milliseconds{30}, true, chance).size(), 1u);
  EXPECT_TRUE(courier.settle(id, false, start + milliseconds{30}, chance)->given_up);
  EXPECT_EQ(courier.waiting(), 0u);
  EXPECT_FALSE(courier.next_due(true));
}

TEST(Courier, HasOnlySoManyUnderWay) {
  Chance chance(1);
  Courier courier({.batch = 1, .flights = 2, .retries = {}});
  for (int i = 0; i < 3; ++i) courier.add(Json(i), start);
  const auto first = courier.take_due(start, true, chance);
  EXPECT_EQ(first.size(), 2u);
  EXPECT_FALSE(courier.next_due(true)) << "an answer comes first";
  courier.settle(first[0].id, true, start, chance);
  EXPECT_EQ(courier.take_due(start, true, chance).size(), 1u);
}

TEST(Courier, WhileClosedOnlyMessagesOfAKindOfTheirOwnGo) {
  Chance chance(1);
  Courier courier({.batch = 1, .flights = 2, .retries = {}});
  courier.add(Json("e"), start);
  Message handshake;
  handshake.kind = "handshake";
  handshake.due = start;
  courier.add(handshake);
  const auto due = courier.take_due(start, false, chance);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].kind, "handshake");
  EXPECT_EQ(courier.take_due(start, true, chance).size(), 1u);
}

}  // namespace
}  // namespace linchpin::sandbox
