#include "engine/plan.hpp"

#include <gtest/gtest.h>

#include "engine/outbox.hpp"
#include "engine/small_family.hpp"

namespace linchpin::engine {
namespace {

using small::books;
using small::crm;
using small::monday;

const Sharing live{{FlowName("clients")}, {}, true, {}};
const SystemName in_books("books");

Family family_of(const small::Person& person) {
  Family family;
  family.golden = person.golden;
  family.links = person.links;
  return family;
}

small::Person mia(const model::Hub& hub) {
  small::Person p;
  p.merge(hub, crm("1"), {{"given_name", "Mia"}, {"family_name", "Tan"}, {"stage", "client"}}, monday);
  return p;
}

TEST(Plan, ACreateIsEachOfItsFieldsWithNothingBefore) {
  const auto hub = small::hub();
  Plan planned;
  plan(planned, *hub, family_of(mia(*hub)), live);
  EXPECT_EQ(planned.systems[in_books].creates, 1);
  ASSERT_FALSE(planned.writes.empty());
  for (const PlannedWrite& w : planned.writes) {
    EXPECT_EQ(w.system, in_books);
    EXPECT_TRUE(w.record.empty() && w.before.is_null()) << w.field.text;
  }
  EXPECT_EQ(planned.systems[SystemName("crm")].linked, 1);
}

TEST(Plan, AnUpdateSaysWhatIsThereAndWhoseValueWins) {
  const auto hub = small::hub();
  small::Person p = mia(*hub);
  p.merge(*hub, books("a"), {{"given_name", "Maya"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).held = Json::object({{"Name", "Mia Tan"}});
  Plan planned;
  plan(planned, *hub, family_of(p), live);
  ASSERT_EQ(planned.writes.size(), 1u);
  const PlannedWrite& w = planned.writes[0];
  EXPECT_EQ(w.field.text, "given_name");
  EXPECT_EQ(w.before, Value("Maya"));
  EXPECT_EQ(w.after, Value("Mia"));
  EXPECT_EQ(w.wins.text, "crm");
  EXPECT_EQ(w.rule, "owner");
  EXPECT_EQ(planned.systems[in_books].updates, 1);
  EXPECT_EQ(planned.systems[in_books].differs, 1);
}

TEST(Plan, ARuleThatIsAnotherIsReplayedFromWhatEachSourceSaid) {
  const auto hub = small::hub();
  small::Person p = mia(*hub);
  p.merge(*hub, books("a"), {{"given_name", "Maya"}, {"family_name", "Tan"}}, monday);
  p.link(books("a")).held = Json::object({{"Name", "Mia Tan"}});
  const auto other = small::hub({{"entities/contact.yaml", "given_name: { type: text, class: personal, owner: crm }",
                                  "given_name: { type: text, class: personal, survivorship: [books, crm] }"},
                                 {"entities/contact.yaml", "together: [[given_name, family_name]]\n", ""}});
  Plan planned;
  plan(planned, *other, family_of(p), live);
  bool crm_gets_maya = false;
  for (const PlannedWrite& w : planned.writes)
    crm_gets_maya =
        crm_gets_maya || (w.system.text == "crm" && w.field.text == "given_name" && w.after == Value("Maya"));
  EXPECT_TRUE(crm_gets_maya);
}

TEST(Plan, WhatTheseFilesCanNoLongerReadIsToldAndWhatCouldNotBeReadBeforeIsNoNews) {
  const auto hub = small::hub();
  small::Person p = mia(*hub);
  p.link(crm("1")).held = Json::object({{"first", "Mia"}, {"last", "Tan"}, {"stage", "customer"}});
  Plan same;
  plan(same, *hub, family_of(p), live);
  EXPECT_TRUE(same.letters.empty());

  const auto other = small::hub({{"mappings/crm.contacts.yaml", "client: customer", "client: patron"}});
  Plan planned;
  plan(planned, *other, family_of(p), live);
  ASSERT_EQ(planned.letters.size(), 1u);
  EXPECT_EQ(planned.letters[0].field.text, "stage");
  EXPECT_FALSE(planned.letters[0].written);
  EXPECT_EQ(planned.letters[0].error.what.find("customer"), std::string::npos) << "no value of anybody";
  EXPECT_EQ(planned.systems[SystemName("crm")].letters, 1);

  p.link(crm("1")).unread.insert(FieldName("stage"));
  Plan known;
  plan(known, *other, family_of(p), live);
  EXPECT_TRUE(known.letters.empty());
}

TEST(Plan, WhatWaitsAlreadyAndWhatAShadowHoldsIsNoNews) {
  const auto hub = small::hub();
  Family family = family_of(mia(*hub));
  const std::vector<Intent> intents = share(*hub, family.golden, family.links, live);
  family.deliveries = outbox(family.golden, {}, intents, {}).put;
  Plan none;
  plan(none, *hub, family, live);
  EXPECT_TRUE(none.writes.empty());
  EXPECT_EQ(none.systems[in_books].waits, 1) << "it is counted apart";

  const auto shadow = small::hub({{"flows/clients.yaml", "keep:", "mode: shadow\nkeep:"}});
  Plan held;
  plan(held, *shadow, family_of(mia(*shadow)), live);
  EXPECT_TRUE(held.writes.empty());

  for (Delivery& d : family.deliveries) d.state = DeliveryState::Held;
  Plan released;
  plan(released, *hub, family, live);
  EXPECT_EQ(released.systems[in_books].creates, 1) << "what the shadow held is sent when its flow goes live";
  EXPECT_EQ(released.systems[in_books].waits, 0);
}

TEST(Plan, CallsTakeAsLongAsTheLimitsSay) {
  const Limits limits{.windows = {{"minute", 60, std::chrono::minutes(1)}, {"day", 1000, std::chrono::hours(24)}},
                      .concurrent = 4};
  EXPECT_EQ(hours_for(0, limits, 0), 0);
  EXPECT_EQ(hours_for(60, limits, 0), 0);
  EXPECT_NEAR(hours_for(601, limits, 0), 10.0 / 60, 1e-9);
  EXPECT_NEAR(hours_for(1001, limits, 0), 24, 1e-9);
  EXPECT_NEAR(hours_for(1000, limits, 0.5), 24, 1e-9) << "half of each window is left for what happens now";
}

}  // namespace
}  // namespace linchpin::engine
