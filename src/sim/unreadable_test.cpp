// A record whose answers nobody understands: it is not written to, and nothing is lost for that.
#include <set>

#include "sim/small_practice.hpp"
#include "sim/typed.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Unreadable : public SmallPractice {
 protected:
  std::set<std::string> letters() {
    std::set<std::string> kinds;
    const Result<Json> all = world->ask(Json::object({{"command", "dead-letters.list"}}));
    EXPECT_TRUE(all);
    for (const Json& letter : (*all)["items"].items()) kinds.insert(letter["kind"].text());
    return kinds;
  }
  void talks_nonsense(bool does) {
    const Json faults = does ? Json::object({{"nonsense", 1}}) : Json(Json::Object{});
    ASSERT_TRUE(world->vendor("xero").set_faults(faults, world->now()));
  }
  void discard_all() {
    ASSERT_TRUE(world->ask(
        Json::object({{"command", "dead-letters.discard"}, {"id", "all"}, {"kind", "change"}, {"by", "ava"}})));
  }
  void leaves_out(double how_often) {
    for (const char* system : {"hubspot", "xero"}) {
      const Json faults = how_often > 0 ? Json::object({{"left_out", Json(Json::Number{std::to_string(how_often)})}})
                                        : Json(Json::Object{});
      ASSERT_TRUE(world->vendor(system).set_faults(faults, world->now()));
    }
  }
  std::map<std::string, std::int64_t> linked() {
    std::map<std::string, std::int64_t> all;
    for (const Json& row : ask(Json::object({{"command", "table"}}))["rows"].items())
      if (row["entity"].text() == "contact") all[row["system"].text()] = row["linked"].integer().value_or(-1);
    return all;
  }
  std::string phone_in_xero() { return held_in(Site::Xero, in_xero()).values.at(Field::Phone); }
};

TEST_F(Unreadable, ItsWritesAreHeldUntilItIsUnderstoodAndWhatStoodThereIsTaken) {
  open({.seed = 5, .people = 20});
  settle();
  const std::string before = in_xero()["FirstName"].text();
  talks_nonsense(true);
  edit_in_xero(typed_in(Site::Xero, Field::Phone, "0491 570 156"));
  wait(minutes(5));
  EXPECT_TRUE(letters().contains("change"));
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(30));
  EXPECT_EQ(in_xero()["FirstName"].text(), before) << "it was written to, and nobody knows what stood there";

  talks_nonsense(false);
  wait(minutes(40));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery");
  EXPECT_EQ(phone_in_xero(), "491570156");
  EXPECT_EQ(comparable(Field::Phone, in_hubspot()["phone"].text()), "491570156");
  EXPECT_TRUE(letters().empty());
}

// HubSpot's batch read says which ids it does not know, and Xero's address of a contact does: an answer that only
// leaves them out says nothing.
TEST_F(Unreadable, WhatAnAnswerLeavesOutWithoutAWordIsNotDeleted) {
  open({.seed = 5, .people = 20});
  settle();
  const auto before = linked();
  leaves_out(1);
  for (const char* system : {"hubspot", "xero"}) {
    const bool crm = system == std::string_view("hubspot");
    const Json all = state(system, crm ? "contacts" : "Contacts");
    for (const Json& one : all.items())
      ASSERT_TRUE(world->edit(system, crm ? "contacts" : "Contacts", one[crm ? "id" : "ContactID"].text(),
                              crm ? Json::object({{"city", "Hobart"}}) : Json::object({{"TaxNumber", "T1"}})));
  }
  wait(minutes(10));
  EXPECT_EQ(linked(), before);
  EXPECT_TRUE(open_reviews("deleted").items().empty());
  EXPECT_TRUE(letters().contains("change"));
  EXPECT_EQ(letters().size(), 1u);

  leaves_out(0);
  wait(minutes(60));
  ask(Json::object({{"command", "reconcile"}}));
  settle();
  EXPECT_EQ(linked(), before);
  EXPECT_TRUE(letters().empty());
}

TEST_F(Unreadable, WhatOneAnswerLeavesOutTheNextOneShows) {
  open({.seed = 5, .people = 20});
  settle();
  const auto before = linked();
  leaves_out(0.3);
  for (int i = 0; i < 10; ++i) {
    edit_in_xero(typed_in(Site::Xero, Field::Phone, "0491 570 1" + std::to_string(50 + i)));
    edit_in_hubspot(Json::object({{"firstname", Json("Aver" + std::string(1, static_cast<char>('a' + i)))}}));
    wait(minutes(5));
  }
  leaves_out(0);
  wait(minutes(40));
  settle();
  EXPECT_EQ(linked(), before);
  EXPECT_EQ(in_xero()["FirstName"].text(), "Averj");
  EXPECT_TRUE(letters().empty());
}

TEST_F(Unreadable, APersonIsToldInWhateverOrderItFailsAndNothingIsHeldForGood) {
  for (const int nonsense : {100, 500, 700, 1500, 5000}) {
    open({.seed = 5, .people = 20});
    settle();
    talks_nonsense(true);
    edit_in_xero(typed_in(Site::Xero, Field::Phone, "0491 570 156"));
    ASSERT_TRUE(world->run_for(milliseconds(nonsense)));
    leaves_out(1);  // and no nonsense any more
    wait(minutes(5));
    EXPECT_TRUE(letters().contains("change")) << nonsense << " ms of nonsense";
    edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
    wait(minutes(5));
    ASSERT_TRUE(world->crash());
    leaves_out(0);
    wait(minutes(40));
    settle();
    EXPECT_EQ(in_xero()["FirstName"].text(), "Avery") << nonsense << " ms of nonsense";
  }
}

TEST_F(Unreadable, WhatXeroSaysIsNotThereIsGone) {
  open({.seed = 5, .people = 20});
  settle();
  const auto before = linked();
  const Json all = state("xero", "Contacts");
  Json::List rest;
  for (const Json& one : all.items())
    if (one["ContactID"].text() != xero) rest.push_back(one);
  ASSERT_TRUE(
      world->vendor("xero").seed(Json::object({{"objects", Json::object({{"Contacts", rest}})}}), world->now()));
  ask(Json::object({{"command", "reconcile"}, {"system", "xero"}}));
  settle();
  EXPECT_EQ(linked()["xero"], before.at("xero") - 1);
  EXPECT_TRUE(letters().empty());
}

TEST_F(Unreadable, WhatIsGivenUpByAPersonDoesNotComeBackWithEachSweep) {
  open({.seed = 6, .people = 20});
  settle();
  talks_nonsense(true);
  edit_in_xero(typed_in(Site::Xero, Field::Phone, "0491 570 156"));
  wait(minutes(5));
  ASSERT_TRUE(letters().contains("change"));
  discard_all();
  wait(minutes(40));
  EXPECT_FALSE(letters().contains("change"));
}

TEST_F(Unreadable, WhatWaitsForARecordIsWrittenThoughItsDeadLetterWasDiscarded) {
  open({.seed = 6, .people = 20});
  settle();
  talks_nonsense(true);
  edit_in_xero(typed_in(Site::Xero, Field::Phone, "0491 570 156"));
  wait(minutes(5));
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(5));
  discard_all();
  wait(minutes(5));
  EXPECT_TRUE(letters().contains("change")) << "something is to be written to it";

  discard_all();
  talks_nonsense(false);
  wait(minutes(2));
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery");
  EXPECT_EQ(phone_in_xero(), "491570156");
}

}  // namespace
}  // namespace linchpin::sim
