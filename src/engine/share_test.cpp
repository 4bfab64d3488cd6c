#include "engine/share.hpp"

#include <gtest/gtest.h>

#include "base/invariant.hpp"
#include "engine/confirm.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;
using small::Person;

const Sharing live{{FlowName("clients")}, {}, false};

TEST(Share, ARecordThatIsMissingIsCreatedWithWhatItsMappingSends) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"),
          {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}, {"phone", "+61400000001"}}, monday);
  const std::vector<Intent> intents = share(*hub, p.golden, p.links, live);
  ASSERT_EQ(intents.size(), 1u);
  EXPECT_EQ(intents[0].system.text, "books");
  EXPECT_EQ(intents[0].operation, Operation::Create);
  EXPECT_EQ(intents[0].values.size(), 3u) << "given, family and full name; no phone, which that mapping does not know";
}

TEST(Share, ARecordThatTheConditionLeavesOutIsNotCreated) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "lead"}}, monday);
  EXPECT_TRUE(share(*hub, p.golden, p.links, live).empty());
}

TEST(Share, NothingIsWrittenByAFlowThatIsNotLive) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday);
  EXPECT_TRUE(share(*hub, p.golden, p.links, {}).empty());
}

std::shared_ptr<const model::Hub> hub_in(const std::string& mode) {
  return small::hub({{"flows/clients.yaml", "keep:", mode + "\nkeep:"}});
}

TEST(Share, AShadowMakesEveryWriteAndHoldsIt) {
  const auto hub = hub_in("mode: shadow");
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday);
  const std::vector<Intent> intents = share(*hub, p.golden, p.links, live);
  ASSERT_EQ(intents.size(), 1u);
  EXPECT_TRUE(intents[0].held);
  for (const char* still : {"mode: link", "mode: off"})
    EXPECT_TRUE(share(*hub_in(still), p.golden, p.links, live).empty());
}

TEST(Share, WhatIsPausedIsHeld) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday);
  EXPECT_FALSE(share(*hub, p.golden, p.links, live).at(0).held);
  EXPECT_TRUE(share(*hub, p.golden, p.links, {live.live, {}, false, {FlowName("clients")}}).at(0).held);
}

TEST(Share, APilotIsAPartThatOnlyGrowsAndACondition) {
  const auto hub = hub_in("mode: pilot\npilot: { part: 10%, where: '.stage == \"client\"' }");
  const auto more = hub_in("mode: pilot\npilot: { part: 30%, where: '.stage == \"client\"' }");
  const model::Flow &few = hub->flows.at(FlowName("clients")), &many = more->flows.at(FlowName("clients"));
  int chosen = 0, chosen_of_more = 0;
  for (int i = 0; i < 2000; ++i) {
    Golden golden{GoldenId("g_" + std::to_string(i)), EntityName("contact"), 0, monday, {}, {}};
    golden.fields[FieldName("stage")].value = "client";
    const bool in = may_leave(few, golden);
    EXPECT_EQ(in, may_leave(few, golden));
    if (in) EXPECT_TRUE(may_leave(many, golden)) << "who was in the pilot stays in it";
    chosen += in, chosen_of_more += may_leave(many, golden);
    golden.fields[FieldName("stage")].value = "lead";
    EXPECT_FALSE(may_leave(many, golden));
  }
  EXPECT_NEAR(chosen, 200, 50);
  EXPECT_NEAR(chosen_of_more, 600, 80);
}

TEST(Share, NothingIsCreatedWhereARecordWaitsForAReview) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday);
  EXPECT_TRUE(share(*hub, p.golden, p.links, {live.live, {SystemName("books")}, false}).empty());
}

TEST(Share, OnlyTheFieldsThatDisagreeAreWritten) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Maya"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).held = Json::object({{"Name", "Mia Tan"}});
  const std::vector<Intent> intents = share(*hub, p.golden, p.links, live);
  ASSERT_EQ(intents.size(), 1u);
  EXPECT_EQ(intents[0].record.text, "a");
  EXPECT_TRUE(intents[0].values == Values({{"given_name", "Mia"}}));
}

TEST(Share, ANameThatTheSystemMadeUniqueStillAgrees) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).held = Json::object({{"Name", "Mia Tan (2)"}});
  EXPECT_TRUE(share(*hub, p.golden, p.links, live).empty());
}

TEST(Share, WhatAReviewHasLeftIsNotWrittenUntilTheGoldenValueChanges) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).held = Json::object({{"Name", "Mia Tan"}});
  p.merge(*hub, books("a"), {{"given_name", "Mai"}, {"family_name", "Tan"}}, monday + seconds(1));
  EXPECT_TRUE(share(*hub, p.golden, p.links, live).empty());
  EXPECT_EQ(discrepant(*hub, p.golden, p.link(books("a"))), std::vector<FieldName>{FieldName("given_name")});
  p.merge(*hub, crm("1"), {{"given_name", "Maya"}, {"family_name", "Tan"}, {"stage", "client"}}, monday + seconds(2));
  EXPECT_FALSE(share(*hub, p.golden, p.links, live).empty());
}

TEST(Share, WhatIsGoneThereIsNotCreatedAgain) {
  const auto hub = small::hub();
  Person p;
  p.merge(*hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}}, monday);
  p.merge(*hub, books("a"), {{"given_name", "Mia"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).gone = true;
  EXPECT_TRUE(share(*hub, p.golden, p.links, live).empty());
}

TEST(Share, ARestrictedFieldReachesOnlyASystemThatListsIt) {
  const auto hub = small::hub();
  model::System system = hub->system(SystemName("crm"));
  const model::Field& born = *hub->entity(EntityName("contact")).field("born");
  EXPECT_FALSE(may_hold(system, EntityName("contact"), born));
  system.restricted_fields.insert("contact.born");
  EXPECT_TRUE(may_hold(system, EntityName("contact"), born));
}

// Breaks ClassIsKept on purpose: a hub that no check would accept, and a value that must not leave.
TEST(ShareDeathTest, AValueThatItsClassDoesNotAllowEndsTheProcess) {
  model::Hub broken = *small::hub();
  for (model::Field& f : broken.entities.at(EntityName("contact")).fields)
    if (f.name.text == "given_name") f.clazz = Class::ComplianceOnly;
  Person p;
  p.merge(broken, crm("1"), {{"given_name", "Mia"}, {"stage", "client"}}, monday);
  EXPECT_DEATH((void)share(broken, p.golden, p.links, live), "ClassIsKept");
}

}  // namespace
}  // namespace linchpin::engine
