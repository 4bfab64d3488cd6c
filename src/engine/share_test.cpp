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
