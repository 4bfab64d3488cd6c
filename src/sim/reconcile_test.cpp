// Walks, batches and schedules in the simulated world.
#include <gtest/gtest.h>

#include "base/metric.hpp"
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Reconcile : public SmallPractice {
 protected:
  // `system`: of the flow, which is then as `part` says; `more`: further lines of the flow.
  void make(const std::string& more = "", const std::string& system = "", const std::string& part = "",
            int people = 40) {
    const auto hub = example_hub([&](const std::string& name, std::string& text) {
      if (!name.ends_with("flows/clients.yaml")) return;
      if (const std::size_t at = text.find("\n  " + system + ": {"); !system.empty() && at != std::string::npos)
        text.replace(at, text.find('\n', at + 1) - at, "\n  " + system + ": " + part);
      text += more;
    });
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.people = people, .hub = *hub});
  }
  void no_webhooks(const char* system) {
    ASSERT_TRUE(world->vendor(system).set_faults(Json::object({{"webhook_drop", 1}}), world->now()));
  }
  // Nobody tells of it, and a walk finds it.
  void lose_all_in_hubspot() {
    no_webhooks("hubspot");
    ASSERT_TRUE(world->vendor("hubspot").seed(Json::object({{"objects", Json::object({{"contacts", Json::List{}}})}}),
                                              world->now()));
    ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
    settle();
    EXPECT_TRUE(walk_of("hubspot")["short"].boolean());
  }
  std::int64_t linked(const std::string& system) {
    for (const Json& row : ask(Json::object({{"command", "table"}}))["rows"].items())
      if (row["system"].text() == system && row["entity"].text() == "contact")
        return row["linked"].integer().value_or(0);
    return -1;
  }
  Json walk_of(const std::string& system) {
    for (const Json& walk : ask(Json::object({{"command", "reconcile.state"}}))["walks"].items())
      if (walk["system"].text() == system) return walk;
    return {};
  }
};

// What a walk found at rest is not opened by the next one: until it says something else, or the files do.
TEST_F(Reconcile, WhatIsAsItWasIsNotOpenedAgain) {
  make();
  const auto at_rest = [&] {  // records that this walk did not open
    const auto count = [] {
      const std::string all = metric::exposition(), line = "outcome=\"at_rest\"";
      double sum = 0;
      for (std::size_t at = all.find(line); at != std::string::npos; at = all.find(line, at + 1))
        sum += std::stod(all.substr(all.find(' ', at)));
      return sum;
    };
    const double before = count();
    ask(Json::object({{"command", "reconcile"}, {"system", "xero"}}));
    settle();
    return count() - before;
  };
  at_rest();
  const double all = at_rest();
  EXPECT_GT(all, 20);
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(at_rest(), all) << "it is kept";

  no_webhooks("xero");
  edit_in_xero(Json::object({{"FirstName", "Averil"}}));
  EXPECT_EQ(at_rest(), all - 1);
  EXPECT_EQ(walk_of("xero")["differed"].integer(), 1);
  at_rest();
  EXPECT_EQ(at_rest(), all);

  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));  // which is written to Xero
  wait(minutes(2));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery");
  EXPECT_EQ(at_rest(), all - 1) << "what we wrote is read";
}

// Edited in both while no hub ran, and no webhook told of the later one: it is read before the earlier is written over
// it.
TEST_F(Reconcile, WhatWasEditedWhileNobodyRanIsReadBeforeItIsWrittenTo) {
  make();
  no_webhooks("hubspot");
  no_webhooks("xero");
  const auto phone = [](const char* number) {
    return Json::object({{"Phones", Json::list({Json::object({{"PhoneType", "MOBILE"},
                                                              {"PhoneCountryCode", "61"},
                                                              {"PhoneAreaCode", ""},
                                                              {"PhoneNumber", number}})})}});
  };
  edit_in_xero(phone("491570156"));
  ASSERT_TRUE(world->run_for(milliseconds(1'500)));
  edit_in_hubspot(Json::object({{"phone", "+61491570157"}}));
  ASSERT_TRUE(world->crash());
  settle();
  wait(minutes(20));
  settle();
  EXPECT_EQ(in_hubspot()["phone"].text(), "+61491570157") << "the later one, be it read last";
  EXPECT_NE(canonical(in_xero()).find("491570157"), std::string::npos);
}

TEST_F(Reconcile, WhatWasDeletedWithoutAWordIsFound) {
  make();
  const std::int64_t before = linked("hubspot");
  no_webhooks("hubspot");
  edit_in_hubspot(Json::object({{"archived", true}}));
  wait(hours(1));
  EXPECT_EQ(linked("hubspot"), before) << "a sweep shows what has changed, and this is not there any more";
  ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
  settle();
  EXPECT_EQ(linked("hubspot"), before - 1);
  const Json walk = walk_of("hubspot");
  EXPECT_EQ(walk["missing"].integer(), 1) << canonical(walk);
  EXPECT_GE(walk["records"].integer().value_or(0), before - 1);
  EXPECT_FALSE(walk["running"].boolean());
  EXPECT_TRUE(walk_of("xero")["records"].integer().value_or(-1) == 0) << "only the one that was named was walked";
}

TEST_F(Reconcile, AListThatIsMuchTooShortDeletesNothingUntilAPersonSaysSo) {
  make();
  const std::int64_t before = linked("hubspot");
  ASSERT_GT(before, 20);
  lose_all_in_hubspot();
  EXPECT_EQ(linked("hubspot"), before);
  const Json reviews = open_reviews("short_list");
  ASSERT_EQ(reviews.items().size(), 1u);
  edit_in_xero(Json::object({{"FirstName", "Averil"}}));
  wait(minutes(2));
  EXPECT_EQ(world->engine().paused_list()[0]["flow"].text(), "clients") << "what it would write waits for the answer";
  ask(Json::object({{"command", "review.accept"}, {"id", reviews[0]["id"].text()}, {"by", "mia"}}));
  ASSERT_TRUE(world->crash()) << "the answer holds all the same";
  settle();
  EXPECT_EQ(linked("hubspot"), 0) << "they really are gone";
  EXPECT_EQ(world->engine().paused_list().items().size(), 0u);
  EXPECT_EQ(open_reviews("brake").items().size(), 0u) << "it has been asked";
}

TEST_F(Reconcile, AListThatIsWholeAgainLetsItsFlowsGoOn) {
  make();
  const Json all = world->vendor("hubspot").state(world->now());
  lose_all_in_hubspot();
  ASSERT_EQ(world->engine().paused_list().items().size(), 1u);
  ASSERT_TRUE(world->vendor("hubspot").seed(all, world->now()));
  edit_in_hubspot(Json::object({{"firstname", "Averil"}}));
  ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
  settle();
  EXPECT_EQ(open_reviews("short_list").items().size(), 0u);
  EXPECT_EQ(world->engine().paused_list().items().size(), 0u);
  EXPECT_EQ(in_xero()["FirstName"].text(), "Averil");
}

// A system calls each record gone that it is asked for: the address is another account's.
TEST_F(Reconcile, AFloodOfRecordsThatAreGonePausesWhatWouldFollow) {
  const auto hub = hub_of(0, "live", "", "propagate");
  ASSERT_TRUE(hub);
  open({.people = 80, .hub = *hub});
  const auto all = static_cast<std::size_t>(linked("hubspot"));
  ASSERT_GT(all, 50u);
  const auto archived = [&] {
    std::size_t count = 0;
    const Json held = state("xero", "Contacts");
    for (const Json& one : held.items()) count += one["ContactStatus"].text() == "ARCHIVED" ? 1 : 0;
    return count;
  };
  const std::size_t before = archived();
  world->laze(seconds(1));
  const Json held = state("hubspot", "contacts");
  std::size_t deleted = 0;
  ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "noor"}}));  // as slow as a real one
  for (const Json& one : held.items())
    if (++deleted <= 40)
      ASSERT_TRUE(world->edit("hubspot", "contacts", one["id"].text(), Json::object({{"archived", true}})));
  ASSERT_TRUE(world->run_for(minutes(5)));
  const Json asked = open_reviews("brake");
  ASSERT_EQ(asked.items().size(), 1u);
  EXPECT_EQ(asked[0]["code"].text(), "gone_many");
  ask(Json::object({{"command", "resume"}, {"system", "xero"}, {"by", "noor"}}));
  ASSERT_TRUE(world->run_for(minutes(5)));
  EXPECT_EQ(archived(), before) << "what follows waits for a person";
  ASSERT_TRUE(world->crash());
  ASSERT_TRUE(world->run_for(minutes(5)));
  EXPECT_EQ(archived(), before) << "a restart is no answer";
  answer(asked[0], "accept");
  EXPECT_GT(archived(), before + 10);
  EXPECT_EQ(world->engine().paused_list().items().size(), 0u);
}

// What is to be written is lost: the record differs, and nothing is on its way there.
TEST_F(Reconcile, OnlyARepairTellsASystemAgainWhereNothingIsOnItsWay) {
  make();
  const auto walk = [&](bool repair) {
    ask(Json::object({{"command", "reconcile"}, {"system", "xero"}, {"repair", repair}}));
    settle();
    return in_xero()["FirstName"].text();
  };
  ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "noor"}}));
  edit_in_hubspot(Json::object({{"firstname", "Averil"}}));
  wait(hours(3));  // sweeps have listed it
  walk(false);     // and all of Xero is as it was read, from here on
  engine::Batch lost;
  const auto waiting = world->store().deliveries_in(engine::DeliveryState::Pending, 100);
  ASSERT_TRUE(waiting);
  for (const engine::DeliveryRow& row : *waiting)
    if (row.system == SystemName("xero")) lost.deliveries_dropped.push_back(row.id);
  ASSERT_FALSE(lost.deliveries_dropped.empty());
  ASSERT_TRUE(world->store().commit(lost));
  ASSERT_TRUE(world->crash());
  ask(Json::object({{"command", "resume"}, {"system", "xero"}, {"by", "noor"}}));
  settle();
  EXPECT_NE(in_xero()["FirstName"].text(), "Averil");
  EXPECT_NE(walk(false), "Averil") << "it counts, and tells nobody";
  EXPECT_EQ(walk(true), "Averil");
}

TEST_F(Reconcile, SoIsAShortListOfFew) {
  make({}, {}, {}, 8);
  const std::int64_t before = linked("hubspot");
  ASSERT_LT(before, 20);
  ASSERT_GT(before, 4);
  lose_all_in_hubspot();
  EXPECT_EQ(linked("hubspot"), before);
  EXPECT_EQ(open_reviews("short_list").items().size(), 1u);
}

// Xero is lost for a while, and says so: what is found again is linked again, be it archived.
TEST_F(Reconcile, AnArchivedRecordThatWasLostIsLinkedAgainWhenItIsFound) {
  make();
  edit_in_hubspot(Json::object({{"lifecyclestage", "other"}}));
  wait(minutes(3));
  settle();
  ASSERT_EQ(in_xero()["ContactStatus"].text(), "ARCHIVED");
  const std::int64_t before = linked("xero");
  const Json all = world->vendor("xero").state(world->now());
  Json::List rest;
  for (const Json& one : all["objects"]["Contacts"].items())
    if (one["ContactID"].text() != xero) rest.push_back(one);
  ASSERT_TRUE(
      world->vendor("xero").seed(Json::object({{"objects", Json::object({{"Contacts", rest}})}}), world->now()));
  const auto walk = [&] {
    ask(Json::object({{"command", "reconcile"}, {"system", "xero"}}));
    settle();
  };
  walk();
  EXPECT_EQ(linked("xero"), before - 1);
  ASSERT_TRUE(world->vendor("xero").seed(all, world->now()));
  walk();
  EXPECT_EQ(linked("xero"), before);
  EXPECT_EQ(in_xero()["ContactStatus"].text(), "ARCHIVED");
  EXPECT_EQ(walk_of("xero")["differed"].integer(), 1);
  walk();
  EXPECT_EQ(walk_of("xero")["differed"].integer(), 0);
}

TEST_F(Reconcile, AnAnswerThatFailsInTheMiddleIsAskedForAgainAndDeletesNothing) {
  make();
  const std::int64_t before = linked("hubspot");
  ask(Json::object({{"command", "reconcile"}}));
  ASSERT_TRUE(world->vendor("hubspot").set_faults(Json::object({{"error_500", 1}}), world->now()));
  ASSERT_TRUE(world->run_for(minutes(10)));
  EXPECT_TRUE(walk_of("hubspot")["running"].boolean());
  EXPECT_EQ(linked("hubspot"), before);
  ASSERT_TRUE(world->vendor("hubspot").set_faults(Json::object({}), world->now()));
  settle();
  EXPECT_EQ(linked("hubspot"), before);
  EXPECT_FALSE(walk_of("hubspot")["running"].boolean());
  EXPECT_EQ(walk_of("hubspot")["missing"].integer(), 0);
}

TEST_F(Reconcile, AFlowsScheduleIsKept) {
  make("reconcile: nightly\n");
  EXPECT_EQ(walk_of("hubspot")["records"].integer(), 0);
  wait(hours(24));
  EXPECT_GT(walk_of("hubspot")["records"].integer().value_or(0), 20);
  EXPECT_GT(walk_of("xero")["records"].integer().value_or(0), 20);
}

TEST_F(Reconcile, AWalkThatACrashInterruptsGoesOn) {
  make();
  const std::int64_t before = linked("xero");
  ask(Json::object({{"command", "reconcile"}}));
  ASSERT_TRUE(world->run_for(milliseconds(300)));
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(linked("xero"), before);
  EXPECT_FALSE(walk_of("xero")["running"].boolean());
}

TEST_F(Reconcile, WhatIsWrittenInBatchesLeavesWhenItsWindowComes) {
  make("", "xero", "{ read: realtime, write: batch \"0 2 * * *\", when: '.lifecycle_stage != \"lead\"' }");
  wait(hours(24));
  wait(minutes(90));  // the window is behind
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(hours(2));
  EXPECT_NE(in_xero()["FirstName"].text(), "Avery");
  wait(hours(24));
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery");
}

TEST_F(Reconcile, WhatIsReadInBatchesIsReadWhenItsWindowComes) {
  make("", "xero", "{ read: batch \"0 2 * * *\", write: realtime, when: '.lifecycle_stage != \"lead\"' }");
  no_webhooks("xero");
  wait(hours(25));
  edit_in_xero(Json::object({{"AccountNumber", "A-77"}}));
  const auto known = [&] {
    const Json told = ask(Json::object(
        {{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "account_number"}}));
    return told["value"].text();
  };
  wait(hours(2));
  EXPECT_NE(known(), "A-77");
  ask(Json::object({{"command", "sync"}, {"flow", "clients"}}));
  settle();
  EXPECT_EQ(known(), "A-77") << "asked for by hand";
  edit_in_xero(Json::object({{"AccountNumber", "A-78"}}));
  wait(hours(24));
  EXPECT_EQ(known(), "A-78") << "by its window";
}

}  // namespace
}  // namespace linchpin::sim
