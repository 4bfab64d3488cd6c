// What follows when a system no longer has its record, with the whole line in the simulated world.
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Deleted : public SmallPractice {
 protected:
  void make(const std::string& ruling, const std::string& brakes = "") {
    const auto hub = example_hub([&](const std::string& name, std::string& text) {
      if (!name.ends_with("entities/contact.yaml")) return;
      const std::size_t at = text.find("on_delete: detach");
      if (at != std::string::npos) text.replace(at, 17, "on_delete: " + ruling);
      if (!brakes.empty()) text += "brakes: " + brakes + "\n";
    });
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.seed = 5, .people = 60, .hub = *hub});
    wait(minutes(31));  // brakes count half an hour after a first load
    settle();
  }
  void live() {
    wait(minutes(3));
    settle();
  }
  Json walk_of(const std::string& system) {
    for (const Json& walk : ask(Json::object({{"command", "reconcile.state"}}))["walks"].items())
      if (walk["system"].text() == system) return walk;
    return {};
  }
  std::string status() { return in_xero()["ContactStatus"].text(); }
  std::size_t in_hubspot_now() { return state("hubspot", "contacts").items().size(); }
};

TEST_F(Deleted, WhatIsDeletedInOneIsPutAwayInTheOtherAndNothingIsMadeAnew) {
  make("propagate");
  const std::size_t contacts = in_hubspot_now(), accounts = state("xero", "Contacts").items().size();
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  EXPECT_EQ(status(), "ARCHIVED");
  EXPECT_TRUE(open_reviews("deleted").items().empty());
  ASSERT_TRUE(world->crash());
  wait(hours(2));
  settle();
  EXPECT_EQ(status(), "ARCHIVED") << "what was put away is not written to";
  EXPECT_EQ(state("xero", "Contacts").items().size(), accounts);
  EXPECT_LE(in_hubspot_now(), contacts);

  for (int walk = 0; walk < 2; ++walk) {
    ask(Json::object({{"command", "reconcile"}, {"system", "xero"}}));
    settle();
    EXPECT_EQ(walk_of("xero")["differed"].integer(), 0) << "what stays put away is no news";
  }

  edit_in_hubspot(Json::object({{"archived", false}}));
  live();
  EXPECT_EQ(status(), "ARCHIVED") << "a person takes it out again";
  edit_in_xero(Json::object({{"ContactStatus", "ACTIVE"}}));
  live();
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  live();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery") << "both are linked again";
  EXPECT_EQ(state("xero", "Contacts").items().size(), accounts);
}

TEST_F(Deleted, WhatCannotBeReadIsPutAwayOnceItCan) {
  make("propagate");
  ASSERT_TRUE(world->vendor("xero").set_faults(Json::object({{"nonsense", 1}}), world->now()));
  edit_in_hubspot(Json::object({{"archived", true}}));
  wait(minutes(10));
  EXPECT_EQ(status(), "ACTIVE") << "nobody knows whether it was edited";
  ASSERT_TRUE(world->vendor("xero").set_faults(Json(Json::Object{}), world->now()));
  wait(minutes(40));
  settle();
  EXPECT_EQ(status(), "ARCHIVED");
}

TEST_F(Deleted, WhoIsLeftHasTheSayOverWhatTheDeletedOneOwned) {
  make("detach");
  const std::string before = in_xero()["FirstName"].text();
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  EXPECT_EQ(in_xero()["FirstName"].text(), before) << "what it said stands";
  edit_in_xero(Json::object({{"FirstName", "Blake"}}));
  live();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");
  ASSERT_TRUE(world->crash());
  wait(hours(1));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");
  edit_in_hubspot(Json::object({{"archived", false}}));
  live();
  EXPECT_EQ(in_xero()["FirstName"].text(), before) << "the owner is back, and so is its word";
}

TEST_F(Deleted, DetachLeavesItElsewhere) {
  make("detach");
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  EXPECT_EQ(status(), "ACTIVE");
  EXPECT_TRUE(open_reviews("deleted").items().empty());
}

TEST_F(Deleted, ReviewAsksFirst) {
  make("review");
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  ASSERT_EQ(open_reviews("deleted").items().size(), 1u);
  EXPECT_EQ(status(), "ACTIVE");
  edit_in_hubspot(Json::object({{"archived", false}}));
  live();
  EXPECT_TRUE(open_reviews("deleted").items().empty()) << "it came back, which is the answer";
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  ASSERT_EQ(open_reviews("deleted").items().size(), 1u);
  answer(open_reviews("deleted")[0], "accept");
  EXPECT_EQ(status(), "ARCHIVED");
}

TEST_F(Deleted, WhatVanishedWithoutAWordIsAskedAbout) {
  make("propagate");
  ASSERT_TRUE(world->vendor("hubspot").set_faults(Json::object({{"webhook_drop", 1}}), world->now()));
  edit_in_hubspot(Json::object({{"archived", true}}));
  ask(Json::object({{"command", "reconcile"}}));
  live();
  ASSERT_EQ(open_reviews("deleted").items().size(), 1u);
  EXPECT_EQ(status(), "ACTIVE");
  answer(open_reviews("deleted")[0], "reject");
  live();
  EXPECT_EQ(status(), "ACTIVE");
}

TEST_F(Deleted, WhatWasMergedAwayIsNoDelete) {
  make("propagate");
  const auto twin =
      world->edit("hubspot", "contacts", "",
                  Json::object({{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"lifecyclestage", "lead"}}));
  ASSERT_TRUE(twin);
  live();
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"mergedInto", (*twin)["id"]}})));
  live();
  EXPECT_EQ(status(), "ACTIVE");
}

TEST_F(Deleted, WhoIsEnteredAnewIsNotPutAway) {
  make("propagate");
  const Json before = in_hubspot();
  ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "mia"}}));
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                          Json::object({{"firstname", before["firstname"]},
                                        {"lastname", before["lastname"]},
                                        {"email", before["email"]},
                                        {"phone", before["phone"]},
                                        {"lifecyclestage", before["lifecyclestage"]}})));
  live();
  ask(Json::object({{"command", "resume"}, {"by", "mia"}}));
  live();
  EXPECT_EQ(status(), "ACTIVE");
}

TEST_F(Deleted, ACheckThatItsProviderNoLongerHasDeletesNobody) {
  make("review");
  ASSERT_TRUE(world->vendor("idcheck").seed(
      Json::object({{"objects", Json::object({{"verifications", Json::List{}}})}}), world->now()));
  ask(Json::object({{"command", "reconcile"}}));
  live();
  EXPECT_TRUE(open_reviews("deleted").items().empty());
}

TEST_F(Deleted, DetachStopsWhatWaits) {
  make("propagate");
  ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "mia"}}));
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  const auto detach = example_hub([](const std::string&, std::string&) {});
  ASSERT_TRUE(world->change_hub(*detach));
  ask(Json::object({{"command", "resume"}, {"by", "mia"}}));
  live();
  EXPECT_EQ(status(), "ACTIVE");
}

TEST_F(Deleted, WhatWasEditedSinceStaysAndIsAskedAbout) {
  make("propagate");
  ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "mia"}}));
  edit_in_hubspot(Json::object({{"archived", true}}));
  live();
  edit_in_xero(Json::object({{"EmailAddress", "still.here@x.example"}, {"FirstName", "Still"}}));
  live();
  ask(Json::object({{"command", "resume"}, {"by", "mia"}}));
  live();
  EXPECT_EQ(status(), "ACTIVE");
  ASSERT_EQ(open_reviews("deleted").items().size(), 1u);
  EXPECT_EQ(open_reviews("deleted")[0]["code"].text(), "deleted_and_edited");
  answer(open_reviews("deleted")[0], "accept");
  EXPECT_EQ(status(), "ARCHIVED");
}

TEST_F(Deleted, ABrakeHoldsDeletesBack) {
  make("propagate", "{ deletes: 2 an hour }");
  const Json all = state("hubspot", "contacts");
  int put_away = 0;
  for (std::size_t i = 0; i < all.items().size() && put_away < 6; ++i) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", all[i]["id"].text(), Json::object({{"archived", true}})));
    ++put_away;
  }
  const auto archived = [&] {
    const Json accounts = state("xero", "Contacts");
    return std::count_if(accounts.items().begin(), accounts.items().end(),
                         [](const Json& c) { return c["ContactStatus"].text() == "ARCHIVED"; });
  };
  const auto before = archived();
  live();
  EXPECT_EQ(archived() - before, 2);
  ASSERT_EQ(open_reviews("brake").items().size(), 1u);
  EXPECT_NE(open_reviews("brake")[0]["message"].text().find("deletes: 2 an hour"), std::string::npos);
  for (const char* left : {"3", "1"}) {  // what waits is counted when it is shown, and is what then follows
    ASSERT_EQ(open_reviews("brake").items().size(), 1u);
    const std::string asked = open_reviews("brake")[0]["message"].text();
    EXPECT_TRUE(asked.ends_with("Waiting now: xero " + std::string(left) + " deletes")) << asked;
    answer(open_reviews("brake")[0], "accept");
    live();
  }
  EXPECT_EQ(archived() - before, 5);
  EXPECT_TRUE(open_reviews("brake").items().empty());
}

}  // namespace
}  // namespace linchpin::sim
