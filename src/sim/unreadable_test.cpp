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
