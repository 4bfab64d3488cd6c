#include "engine/inbox.hpp"

#include <gtest/gtest.h>

#include "engine/intake.hpp"
#include "engine/seal.hpp"
#include "sim/world.hpp"

namespace linchpin::engine {
namespace {

class InboxStage : public testing::Test {
 protected:
  void SetUp() override {
    auto made = sim::World::make({});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
  }
  InboxEntry entry(const std::string& body, Trigger trigger = Trigger::Webhook) {
    InboxEntry e;
    e.position = Position(1);
    e.system = SystemName("hubspot");
    e.trigger = trigger;
    e.day = day_of(world->now());
    e.sealed = seal_body(body, e.system, e.day, *world->keys().of_day(e.day));
    return e;
  }
  Result<std::vector<Event>> events(const std::string& body) {
    return unpack(entry(body), world->connector("hubspot"), world->credential("hubspot"), world->keys());
  }
  std::unique_ptr<sim::World> world;
};

const std::string one = R"({"eventId":1,"subscriptionId":2,"portalId":3,"appId":4,"occurredAt":1795480000123,
  "subscriptionType":"object.propertyChange","attemptNumber":0,"objectId":55,"objectTypeId":"0-1","propertyName":"phone","propertyValue":"1"})";

TEST_F(InboxStage, ABodyOfSeveralEventsGivesEachItsItem) {
  const auto all = events("[" + one + "," + one + "]");
  ASSERT_TRUE(all) << to_text(all.error());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].record.text, "55");
  EXPECT_EQ((*all)[0].property, "properties.phone");
}

TEST_F(InboxStage, ARedeliveryHasTheDigestOfTheFirst) {
  std::string again = one;
  again.replace(again.find("\"attemptNumber\":0"), 17, "\"attemptNumber\":3");
  const auto first = events("[" + one + "]"), second = events("[" + again + "]");
  ASSERT_TRUE(first && second);
  const SystemName system("hubspot");
  EXPECT_EQ(event_digest(system, (*first)[0], world->keys()), event_digest(system, (*second)[0], world->keys()));
  EXPECT_EQ(event_digest(system, (*first)[0], world->keys()).size(), 32u);
}

TEST_F(InboxStage, WhatCannotBeUnderstoodIsAnErrorThatHoldsNoneOfIt) {
  std::string deep(200, '[');
  for (const std::string& body : {std::string("Mia Tan"), std::string("{\"a\":1,\"a\":2}"), deep, std::string("")}) {
    const auto read = events(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(to_text(read.error()).find("Mia"), std::string::npos);
  }
}

TEST_F(InboxStage, TheHubAsksItselfToReadRecordsAgain) {
  const RecordKey key{SystemName("hubspot"), ObjectName("contacts"), RecordId("55")};
  const auto asked = read_again_entry(key.system, {key}, world->keys(), world->now());
  ASSERT_TRUE(asked);
  const auto all = unpack(*asked, world->connector("hubspot"), world->credential("hubspot"), world->keys());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ((*all)[0].record.text, "55");
}

}  // namespace
}  // namespace linchpin::engine
