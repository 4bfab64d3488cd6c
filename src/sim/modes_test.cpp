// The modes of a flow, pause, brakes and plan, with the whole line in the simulated world: what may leave, and that
// what a plan says is what is then written.
#include <gtest/gtest.h>

#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Modes : public SmallPractice {
 protected:
  void make(const std::string& mode, int people = 60, const std::string& brakes = "") {
    const auto hub = hub_of(0, mode, brakes);
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.seed = 11, .people = people, .hub = *hub});
  }
  void apply(const std::string& mode) {
    const auto hub = hub_of(0, mode);
    ASSERT_TRUE(hub);
    ASSERT_TRUE(world->change_hub(*hub));
    settle();
  }
  Json plan(const std::string& mode) {
    const Result<Json> planned = world->engine().plan(**hub_of(0, mode), true);
    EXPECT_TRUE(planned) << to_text(planned.error());
    return planned.value_or(Json());
  }
  // Requests that change something at a vendor, what makes it ready included.
  std::size_t writes(const std::string& system) {
    const auto& log = world->vendor(system).log();
    return static_cast<std::size_t>(std::count_if(log.begin(), log.end(), [](const auto& l) {
      const auto has = [&](std::string_view part) { return l.target.find(part) != std::string::npos; };
      if (has("/batch/read") || has("/search") || has("/token") || has("/connections")) return false;
      return l.method != "GET";
    }));
  }
  std::size_t all_writes() { return writes("hubspot") + writes("xero") + writes("idcheck"); }
  static Json of(const Json& rows, const std::string& system) {
    for (const Json& row : rows.items())
      if (row["system"].text() == system && (!row.find("entity") || row["entity"].text() == "contact")) return row;
    return {};
  }
  // A client of both systems.
  std::string customer() { return customers().at(0); }
  std::vector<std::string> customers() {
    std::vector<std::string> found;
    const Json state = world->vendor("hubspot").state(world->now());
    for (const Json& c : state["objects"]["contacts"].items()) {
      if (c["properties"]["lifecyclestage"].text() != "customer") continue;
      const auto links =
          world->store().links_of(SystemName("hubspot"), ObjectName("contacts"), {RecordId(c["id"].text())});
      for (const engine::LinkRow& link : *links) {
        const auto families = world->store().families({link.golden});
        for (const engine::LinkRow& other : families->at(0).links)
          if (other.key.system.text == "xero") found.push_back(c["id"].text());
      }
    }
    return found;
  }
  // Half an hour after a first load the brakes count.
  void make_braked(const std::string& brakes) {
    make("live", 60, brakes);
    EXPECT_GT(updated_in_xero(), 3) << "a first load does not count: its plan has shown it";
    EXPECT_TRUE(paused().items().empty()) << "nor what came back from it";
    ASSERT_TRUE(world->run_for(engine::unbraked_after_load));
    settle();
  }
  // So many clients have new phone numbers in HubSpot, which are due in Xero.
  void renumber(std::size_t many) {
    for (std::size_t i = 0; i < many; ++i) {
      const std::string number = "0491 57" + std::to_string(1000 + renumbered_++);
      ASSERT_TRUE(world->edit("hubspot", "contacts", customers().at(i), Json::object({{"phone", number}})));
    }
    settle();
  }
  // Since the engine's start.
  std::int64_t updated_in_xero() {
    return of(ask(Json::object({{"command", "table"}}))["rows"], "xero")["updated"].integer().value_or(-1);
  }
  Json paused() { return ask(Json::object({{"command", "status"}}))["paused"]; }

 private:
  int renumbered_ = 0;
};

TEST_F(Modes, LinkReadsAndLinksAndWritesNothingAndWhatThePlanSaysIsWhatIsThenWritten) {
  make("link");
  EXPECT_EQ(all_writes(), 0u);
  const Json planned = plan("live");
  const Json again = plan("live");
  EXPECT_EQ(planned["hash"], again["hash"]);
  EXPECT_GT(of(planned["systems"], "xero")["creates"].integer().value_or(0), 0);
  EXPECT_GT(of(planned["systems"], "hubspot")["linked"].integer().value_or(0), 0);
  EXPECT_GT(of(planned["systems"], "xero")["reviews"].integer().value_or(0) +
                of(planned["systems"], "hubspot")["reviews"].integer().value_or(0),
            0);
  apply("live");
  const Json table = ask(Json::object({{"command", "table"}}));
  for (const char* system : {"hubspot", "xero"}) {
    EXPECT_EQ(of(planned["systems"], system)["creates"], of(table["rows"], system)["created"]) << system;
    EXPECT_EQ(of(planned["systems"], system)["updates"], of(table["rows"], system)["updated"]) << system;
    EXPECT_EQ(of(table["rows"], system)["discrepant_fields"].integer().value_or(-1), 0) << system;
  }
  EXPECT_TRUE(plan("live")["writes"].items().empty()) << "what runs is what would run";
}

TEST_F(Modes, AShadowKeepsWhatItWouldWriteAndLosesNothingOfIt) {
  make("shadow");
  EXPECT_EQ(all_writes(), 0u);
  EXPECT_FALSE(world->store().deliveries_in(engine::DeliveryState::Held, 1000)->empty());
  EXPECT_TRUE(plan("shadow")["writes"].items().empty());
  ASSERT_TRUE(world->edit("hubspot", "contacts", customer(), Json::object({{"phone", "0491 570 156"}})));
  settle();
  EXPECT_EQ(all_writes(), 0u);
  apply("off");
  EXPECT_EQ(all_writes(), 0u);
  apply("live");
  const Json table = ask(Json::object({{"command", "table"}}));
  EXPECT_GT(of(table["rows"], "xero")["created"].integer().value_or(0), 0);
  EXPECT_EQ(of(table["rows"], "xero")["discrepant_fields"].integer().value_or(-1), 0);
  EXPECT_TRUE(world->store().deliveries_in(engine::DeliveryState::Held, 1000)->empty());
}

TEST_F(Modes, APauseIsDurableAndWhatWaitedIsWrittenWhenItEnds) {
  make("live");
  for (const auto& [what, name] :
       std::vector<std::pair<std::string, std::string>>{{"flow", "clients"}, {"system", "xero"}, {"", ""}}) {
    Json command = Json::object({{"command", "pause"}, {"by", "mia"}});
    if (!what.empty()) command = command.with(what, name);
    EXPECT_EQ(ask(command)["paused"].items().size(), 1u);
    const std::size_t before = writes("xero");
    const std::string number = "0491 570 1" + std::to_string(50 + 3 * what.size());
    ASSERT_TRUE(world->edit("hubspot", "contacts", customer(), Json::object({{"phone", number}})));
    ASSERT_TRUE(world->run_for(minutes(2)));
    ASSERT_TRUE(world->crash());
    settle();
    EXPECT_EQ(writes("xero"), before) << what;
    EXPECT_EQ(ask(Json::object({{"command", "status"}}))["paused"].items().size(), 1u) << "after a restart too";
    EXPECT_TRUE(ask(Json::object({{"command", "resume"}, {"by", "mia"}}))["paused"].items().empty());
    settle();
    EXPECT_GT(writes("xero"), before) << what;
    EXPECT_EQ(of(ask(Json::object({{"command", "table"}}))["rows"], "xero")["discrepant_fields"].integer().value_or(-1),
              0);
  }
  EXPECT_FALSE(world->ask(Json::object({{"command", "pause"}, {"flow", "client"}}))) << "no such flow";
}

TEST_F(Modes, ABrakePausesItsFlowAsksAndLosesNothing) {
  make_braked("{ updates: 3 an hour }");
  const std::int64_t before = updated_in_xero();
  renumber(8);
  EXPECT_EQ(updated_in_xero() - before, 3);
  ASSERT_EQ(paused().items().size(), 1u);
  EXPECT_EQ(paused()[0]["flow"].text(), "clients");
  EXPECT_EQ(paused()[0]["by"].text(), "brake");
  ASSERT_EQ(open_reviews("brake").items().size(), 1u);
  const std::string said = open_reviews("brake")[0]["message"].text();
  EXPECT_NE(said.find("updates: 3 an hour"), std::string::npos) << said;
  EXPECT_NE(said.find("by the word of hubspot: 3"), std::string::npos) << said;

  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(updated_in_xero(), 0) << "after a restart too";
  answer(open_reviews("brake")[0], "accept");
  EXPECT_EQ(updated_in_xero(), 3) << "an answer lets so many more go";
  ASSERT_EQ(open_reviews("brake").items().size(), 1u);
  answer(open_reviews("brake")[0], "reject");
  EXPECT_EQ(updated_in_xero(), 3);
  EXPECT_EQ(paused().items().size(), 1u) << "no: it stays paused";
  ask(Json::object({{"command", "resume"}, {"flow", "clients"}, {"by", "mia"}}));
  settle();
  EXPECT_EQ(updated_in_xero(), 5);
  EXPECT_TRUE(paused().items().empty());
  const Json table = ask(Json::object({{"command", "table"}}));
  EXPECT_EQ(of(table["rows"], "xero")["discrepant_fields"].integer().value_or(-1), 0);
  EXPECT_TRUE(world->store().deliveries_in(engine::DeliveryState::Held, 1000)->empty());
}

TEST_F(Modes, WhatIsPausedForSeveralReasonsGoesOnWhenTheLastOfThemHasEnded) {
  make_braked("{ updates: 3 an hour }");
  renumber(8);
  ASSERT_EQ(open_reviews("brake").items().size(), 1u);
  EXPECT_EQ(ask(Json::object({{"command", "pause"}, {"flow", "clients"}, {"by", "kim"}}))["paused"].items().size(), 2u);
  EXPECT_EQ(ask(Json::object({{"command", "pause"}, {"flow", "clients"}, {"by", "lee"}}))["paused"].items().size(), 2u)
      << "a person's pause is one, whoever says it again";
  answer(open_reviews("brake")[0], "accept");
  ASSERT_TRUE(world->crash());
  settle();
  ASSERT_EQ(paused().items().size(), 1u) << "what a person has paused no answer to a brake lets go on";
  EXPECT_EQ(paused()[0]["by"].text(), "kim");
  EXPECT_EQ(updated_in_xero(), 0);
  ask(Json::object({{"command", "resume"}, {"flow", "clients"}, {"by", "kim"}}));
  settle();
  EXPECT_EQ(updated_in_xero(), 3);
}

TEST_F(Modes, WhatABrakeHasCountedSurvivesARestartAndEndsWithItsWindow) {
  make_braked("{ updates: 3 an hour }");
  renumber(2);
  ASSERT_TRUE(world->crash());
  settle();
  renumber(2);
  EXPECT_EQ(updated_in_xero(), 1) << "two of three had left before the restart";
  answer(open_reviews("brake")[0], "accept");
  EXPECT_EQ(updated_in_xero(), 2);
  for (int hour = 0; hour < 2; ++hour) {
    ASSERT_TRUE(world->run_for(minutes(61)));
    renumber(3);
  }
  EXPECT_EQ(updated_in_xero(), 8);
  EXPECT_TRUE(paused().items().empty());
}

TEST_F(Modes, AResumeAnswersWhatTheBrakeAsked) {
  make_braked("{ updates: 1% an hour }");  // of less than a hundred records: one
  renumber(2);
  ASSERT_EQ(open_reviews("brake").items().size(), 1u);
  const Json review = open_reviews("brake")[0];
  ask(Json::object({{"command", "resume"}, {"by", "mia"}}));
  settle();
  EXPECT_TRUE(open_reviews("brake").items().empty());
  const auto row = world->store().review(review["id"].text());
  EXPECT_EQ((*row)->state, "accepted");
  EXPECT_EQ((*row)->by, "mia");
}

// An event of the business waits with its entity: who became a client meanwhile, and still is one, is checked once.
class Events : public Modes {
 protected:
  std::size_t checks() { return state("idcheck", "verifications").items().size(); }
  std::vector<std::string> leads() {
    std::vector<std::string> found;
    for (const Json& c : state("hubspot", "contacts").items())
      if (c["properties"]["lifecyclestage"].text() == "lead" && !c["properties"]["email"].text().empty())
        found.push_back(c["id"].text());
    return found;
  }
  void becomes(const std::string& record, const char* stage) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", record, Json::object({{"lifecyclestage", stage}})));
    wait(minutes(1));
    settle();
  }
  void comes(const char* name) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                            Json::object({{"firstname", name},
                                          {"lastname", "Zyqovex"},
                                          {"email", std::string(name) + "@zyqovex.example"},
                                          {"lifecyclestage", "customer"}})));
    wait(minutes(1));
    settle();
  }
  void reject_all() {
    for (const Json& review : open_reviews("match").items()) answer(review, "reject");
    EXPECT_TRUE(open_reviews("match").items().empty());
  }
  std::string verification(const std::string& id) {
    return record("hubspot", "contacts", "id", id)["properties"]["identity_verification"].text();
  }
};

TEST_F(Events, WhoBecomesAClientWhileNothingIsWrittenIsCheckedOnceWhenItIs) {
  for (const char* mode : {"link", "shadow", "off"}) {
    SCOPED_TRACE(mode);
    make(mode == std::string("off") ? "link" : mode);
    if (mode == std::string("off")) apply("off");
    const std::vector<std::string> some = leads();
    ASSERT_GE(some.size(), 2u);
    becomes(some[0], "customer");
    comes("Noor");
    becomes(some[1], "customer");
    becomes(some[1], "lead");
    reject_all();
    EXPECT_EQ(all_writes(), 0u) << "nothing leaves";
    ASSERT_TRUE(world->crash());
    settle();
    apply(mode);
    EXPECT_EQ(all_writes(), 0u);

    const Json planned = of(plan("live")["systems"], "idcheck");
    EXPECT_EQ(planned["creates"].integer().value_or(-1), 2) << "who is to be checked is said before";
    EXPECT_EQ(planned["calls"].integer().value_or(-1), 2);
    apply("live");
    wait(minutes(2));
    settle();
    EXPECT_EQ(checks(), 2u) << "who is a client no longer is not, and whom a first load brought is not";
    const std::string outcome = verification(some[0]);
    EXPECT_TRUE(outcome == "verified" || outcome == "action_required" || outcome == "pending") << outcome;
    EXPECT_EQ(verification(some[1]), "none");
    EXPECT_EQ(of(plan("live")["systems"], "idcheck")["creates"].integer().value_or(-1), 0);
    apply(mode);
    apply("live");
    EXPECT_EQ(checks(), 2u) << "once";
    becomes(some[1], "customer");
    EXPECT_EQ(checks(), 3u);
  }
}

TEST_F(Events, APilotIsCheckedAndTheOthersAreWhenAllAre) {
  make("link");
  const std::string pilot = "pilot\npilot: { where: '.email == \"noor@zyqovex.example\"' }";
  apply(pilot);
  comes("Noor"), comes("Zara");
  EXPECT_EQ(checks(), 1u);
  apply("live");
  EXPECT_EQ(checks(), 2u);
}

TEST_F(Modes, PairsThatNobodyHasDecidedStopASwitchToLiveAndNoOther) {
  make("link");
  const auto unanswered = [&](const std::string& mode) {
    const auto found = world->engine().unanswered(**hub_of(0, mode));
    EXPECT_TRUE(found);
    return found.value_or(std::vector<engine::Unanswered>());
  };
  const std::size_t open = open_reviews("match").items().size();
  ASSERT_GT(open, 0u);
  ASSERT_EQ(unanswered("live").size(), 1u);
  EXPECT_EQ(unanswered("live")[0].flow.text, "clients");
  EXPECT_EQ(unanswered("live")[0].reviews.size(), open);
  EXPECT_EQ(plan("live")["unanswered"], to_json(unanswered("live")));
  for (const char* mode : {"link", "shadow", "off"}) EXPECT_TRUE(unanswered(mode).empty()) << mode;
  apply("live");
  EXPECT_TRUE(unanswered("live").empty()) << "it is live already";
  apply("shadow");
  EXPECT_FALSE(unanswered("live").empty());
  const Json all = open_reviews("match");
  for (const Json& review : all.items()) answer(review, "reject");
  EXPECT_TRUE(unanswered("live").empty());
}

TEST_F(Modes, TheRegisterKeepsEachVersionWithWhatChanged) {
  make("link", 10);
  apply("live");
  const Json versions = ask(Json::object({{"command", "register"}}))["items"];
  ASSERT_EQ(versions.items().size(), 2u);
  const Json& latest = versions[0];
  EXPECT_EQ(latest["version"].integer().value_or(0), 2);
  ASSERT_EQ(latest["changes"].items().size(), 1u);
  EXPECT_EQ(latest["changes"][0]["path"].text(), "mode");
  EXPECT_FALSE(latest["api_versions"]["hubspot"].members().empty());
  const auto rows = world->store().registers();
  const auto key = world->keys().of_hub();
  const auto kept = engine::open_row(rows->back(), *key);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->files.size(), world->hub().files.size());
}

}  // namespace
}  // namespace linchpin::sim
