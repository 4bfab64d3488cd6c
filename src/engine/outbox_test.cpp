#include "engine/outbox.hpp"

#include <gtest/gtest.h>

#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::monday;

const Golden golden{GoldenId("g_00000000000000000000000001"), EntityName("contact"), 1, monday, {}, {}};
const Cause cause{ChangeId("c1.0"), monday, monday + seconds(1)};

Intent update(const std::string& phone) {
  return {SystemName("crm"),           ObjectName("contacts"), RecordId("1"),
          MappingName("crm.contacts"), FlowName("clients"),    Operation::Update,
          {{"phone", phone}},          Priority::Realtime,     false};
}

Delivery waiting(DeliveryState state, const std::string& phone) {
  Delivery d = outbox(golden, {}, {update(phone)}, cause).put.at(0);
  d.id = DeliveryId(7);
  d.state = state;
  d.attempt = 3;
  return d;
}

TEST(Outbox, WhatIsNeededBecomesADelivery) {
  const Outboxed out = outbox(golden, {}, {update("1")}, cause);
  ASSERT_EQ(out.put.size(), 1u);
  EXPECT_EQ(out.put[0].due, cause.now);
  EXPECT_EQ(out.put[0].seen, cause.seen);
}

TEST(Outbox, WaitingUpdatesOfOneRecordAreJoined) {
  const Outboxed out = outbox(golden, {waiting(DeliveryState::Pending, "1")}, {update("2")}, cause);
  ASSERT_EQ(out.put.size(), 1u);
  EXPECT_EQ(out.put[0].id.number, 7);
  EXPECT_TRUE(out.put[0].values == Values({{"phone", "2"}}));
  EXPECT_TRUE(out.dropped.empty());
}

TEST(Outbox, WhatIsHeldWaitsUntilItsFlowSendsAndIsThenTheSameDelivery) {
  Intent held = update("1");
  held.held = true;
  EXPECT_EQ(outbox(golden, {}, {held}, cause).put.at(0).state, DeliveryState::Held);
  const Outboxed out = outbox(golden, {waiting(DeliveryState::Held, "1")}, {update("1")}, cause);
  ASSERT_EQ(out.put.size(), 1u);
  EXPECT_EQ(out.put[0].id.number, 7);
  EXPECT_EQ(out.put[0].state, DeliveryState::Pending);
  EXPECT_EQ(outbox(golden, {waiting(DeliveryState::Pending, "1")}, {held}, cause).put.at(0).state, DeliveryState::Held);
  EXPECT_TRUE(outbox(golden, {waiting(DeliveryState::Held, "1")}, {held}, cause).put.empty());
  EXPECT_TRUE(outbox(golden, {waiting(DeliveryState::Dead, "1")}, {held}, cause).put.empty())
      << "a dead one stays dead";
}

TEST(Outbox, OneDeliveryAtATimeForOneRecord) {
  for (const DeliveryState state : {DeliveryState::Sent, DeliveryState::Unknown}) {
    const Outboxed out = outbox(golden, {waiting(state, "1")}, {update("2")}, cause);
    EXPECT_TRUE(out.put.empty()) << "it is computed again when the first one is confirmed";
    EXPECT_TRUE(out.dropped.empty());
  }
}

TEST(Outbox, WhatIsNoLongerNeededIsDropped) {
  EXPECT_EQ(outbox(golden, {waiting(DeliveryState::Pending, "1")}, {}, cause).dropped,
            std::vector<DeliveryId>{DeliveryId(7)});
}

TEST(Outbox, ADeadDeliveryStaysDeadUntilItsContentChanges) {
  EXPECT_TRUE(outbox(golden, {waiting(DeliveryState::Dead, "1")}, {update("1")}, cause).put.empty());
  const Outboxed out = outbox(golden, {waiting(DeliveryState::Dead, "1")}, {update("2")}, cause);
  ASSERT_EQ(out.put.size(), 1u);
  EXPECT_EQ(out.put[0].state, DeliveryState::Pending);
  EXPECT_EQ(out.put[0].attempt, 0);
}

TEST(Outbox, AnOperationIsNotDroppedByWhatRecordsNeed) {
  Delivery d = waiting(DeliveryState::Pending, "1");
  d.operation = Operation::Do;
  EXPECT_TRUE(outbox(golden, {d}, {}, cause).dropped.empty());
}

}  // namespace
}  // namespace linchpin::engine
