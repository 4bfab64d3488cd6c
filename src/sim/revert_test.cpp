// Taking back with the whole line in the simulated world.
#include <gtest/gtest.h>

#include "sandbox/client_book.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Reverted : public testing::Test {
 protected:
  void SetUp() override {
    auto made = World::make({.seed = 5, .limits = sandbox::Limits::None});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const sandbox::ClientBook book = sandbox::make_client_book(5, world->now(), sandbox::client_book_of(40));
    ASSERT_TRUE(world->vendor("hubspot").seed(book.hubspot, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(book.xero, world->now()));
    hubspot = book.same.front().hubspot, xero = book.same.front().xero;
    settle();
    world->laze(seconds(1));
    ASSERT_TRUE(world->run_for(minutes(1)));
    name = name_in("hubspot");
    ASSERT_EQ(name, name_in("xero"));
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  void rename(const char* system, const std::string& to) {
    const bool crm = system == std::string_view("hubspot");
    ASSERT_TRUE(world->edit(system, crm ? "contacts" : "Contacts", crm ? hubspot : xero,
                            Json::object({{crm ? "firstname" : "FirstName", to}})));
    ASSERT_TRUE(world->run_for(minutes(2)));
    settle();
  }
  std::string name_in(const char* system) {
    const bool crm = system == std::string_view("hubspot");
    for (const Json& c : world->vendor(system).state(world->now())["objects"][crm ? "contacts" : "Contacts"].items())
      if (c[crm ? "id" : "ContactID"].text() == (crm ? hubspot : xero))
        return (crm ? c["properties"]["firstname"] : c["FirstName"]).text();
    return "";
  }
  void both_say(const std::string& what) {
    EXPECT_EQ(name_in("hubspot"), what);
    EXPECT_EQ(name_in("xero"), what);
  }
  Json explained() {
    return *world->ask(Json::object(
        {{"command", "explain"}, {"entity", "contact"}, {"id", "hubspot:" + hubspot}, {"field", "given_name"}}));
  }
  std::string last_change() { return explained()["chain"][0]["change"].text(); }
  Result<Json> revert(const std::string& how, const Json& what, const std::string& plan = "") {
    return world->ask(
        Json::object({{"command", "revert"}, {how, what}, {"plan", plan}, {"by", "kim"}, {"why", "a slip"}}));
  }
  // Planned, and done; the answer.
  Json done(const std::string& how, const Json& what) {
    const Result<Json> plan = revert(how, what);
    EXPECT_TRUE(plan) << to_text(plan.error());
    if (!plan) return {};
    const Result<Json> answer = revert(how, what, (*plan)["hash"].text());
    EXPECT_TRUE(answer) << to_text(answer.error());
    if (!answer) return {};
    EXPECT_TRUE((*answer)["reverted"].boolean()) << pretty(*answer);
    return *answer;
  }

  std::unique_ptr<World> world;
  std::string hubspot, xero, name;
};

TEST_F(Reverted, AChangeIsTakenBackInBothSystemsAndThatIsTakenBackToo) {
  rename("hubspot", "Avery");
  both_say("Avery");
  const std::string change = last_change();
  const Json plan = *revert("change", change);
  EXPECT_EQ(plan["fields"].number_text(), "1") << pretty(plan);
  EXPECT_TRUE(plan["stays"].items().empty()) << pretty(plan);
  std::set<std::string> systems;
  for (const Json& w : plan["writes"].items()) systems.insert(w["system"].text() + " " + w["field"].text());
  EXPECT_EQ(systems, (std::set<std::string>{"hubspot given_name", "xero given_name", "xero full_name"}));
  settle();
  both_say("Avery");  // a plan does nothing

  EXPECT_EQ(done("change", change)["id"].text(), "revert.1");
  settle();
  both_say(name);
  const std::string told = canonical(explained());
  EXPECT_NE(told.find("taken back"), std::string::npos);
  EXPECT_NE(told.find("a slip"), std::string::npos);
  EXPECT_EQ((*revert("change", change))["fields"].number_text(), "0") << "it has been taken back";

  EXPECT_EQ(done("change", "revert.1")["id"].text(), "revert.2");
  settle();
  both_say("Avery");
  const Json list = *world->ask(Json::object({{"command", "revert.list"}}));
  ASSERT_EQ(list["items"].items().size(), 2u);
  EXPECT_TRUE(list["items"][0]["done"].boolean());
}

TEST_F(Reverted, TheNextEditWinsAndAnEarlierOneIsNotTakenBackAnyMore) {
  rename("hubspot", "Avery");
  const std::string change = last_change();
  done("change", change);
  settle();
  rename("hubspot", "Blake");
  both_say("Blake");
  const Json plan = *revert("change", "revert.1");
  EXPECT_EQ(plan["fields"].number_text(), "0");
  ASSERT_EQ(plan["stays"].items().size(), 1u) << pretty(plan);
  EXPECT_NE(plan["stays"][0]["why"].text().find("changed since, by hubspot:" + hubspot), std::string::npos);
  const Result<Json> refused = revert("change", "revert.1", plan["hash"].text());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::InvalidArgument);
}

TEST_F(Reverted, WhatWasTakenBackIsInNobodysWayAnyMore) {
  rename("hubspot", "Avery");
  const std::string first = last_change();
  rename("hubspot", "Blake");
  const std::string second = last_change();
  EXPECT_EQ((*revert("change", first))["fields"].number_text(), "0");
  done("change", second);
  settle();
  both_say("Avery");
  done("change", first);
  settle();
  both_say(name);
}

TEST_F(Reverted, AllSinceATimeIsTakenBackAndACrashOnTheWayCostsNothing) {
  const Instant before = world->now();
  rename("hubspot", "Avery");
  rename("hubspot", "Blake");
  const Json since = rfc3339(before);
  done("since", since);
  ASSERT_TRUE(world->crash());
  settle();
  both_say(name);
}

TEST_F(Reverted, AnEditOfWhichNobodyHasToldYetIsReadBeforeItWouldBeWrittenOver) {
  rename("hubspot", "Avery");
  const std::string change = last_change();
  const Json plan = *revert("change", change);
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"firstname", "Blake"}})));
  ASSERT_TRUE(revert("change", change, plan["hash"].text()));
  settle();
  ASSERT_TRUE(world->run_for(minutes(2)));
  settle();
  both_say("Blake");
}

TEST_F(Reverted, AnEditOfWhichNobodyHasToldYetIsReadAfterACrashToo) {
  rename("hubspot", "Avery");
  const std::string change = last_change();
  const Json plan = *revert("change", change);
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"firstname", "Blake"}})));
  ASSERT_TRUE(revert("change", change, plan["hash"].text()));
  ASSERT_TRUE(world->crash());
  settle();
  ASSERT_TRUE(world->run_for(minutes(2)));
  settle();
  both_say("Blake");
}

TEST_F(Reverted, AStalePlanSaysWhatMoved) {
  rename("hubspot", "Avery");
  const std::string change = last_change(), hash = (*revert("change", change))["hash"].text();
  rename("hubspot", "Blake");
  const Json answer = *revert("change", change, hash);
  EXPECT_FALSE(answer["reverted"].boolean());
  ASSERT_EQ(answer["moved"].items().size(), 1u) << pretty(answer);
  EXPECT_EQ(answer["moved"][0].text(), "the data");
  both_say("Blake");
}

TEST_F(Reverted, WhatCannotBeTakenBackIsSaid) {
  EXPECT_EQ(revert("change", "c999.0").error().code, Code::NotFound);
  EXPECT_EQ(revert("apply", 9).error().code, Code::NotFound);
  EXPECT_EQ(revert("apply", 1).error().code, Code::InvalidArgument);
  EXPECT_NE(to_text(revert("apply", 1).error()).find("earlier files first"), std::string::npos);
  EXPECT_EQ(revert("since", rfc3339(world->now() + hours(1))).error().code, Code::InvalidArgument);
  EXPECT_FALSE(revert("since", "yesterday"));
}

TEST_F(Reverted, WhatIsOlderThanTheInboxIsForgotten) {
  rename("hubspot", "Avery");
  const std::string change = last_change();
  ASSERT_TRUE(revert("change", change));
  world->sleep(hours(24 * 32));
  settle();
  ASSERT_TRUE(world->run_for(minutes(1)));
  EXPECT_EQ(revert("change", change).error().code, Code::NotFound);
}

}  // namespace
}  // namespace linchpin::sim
