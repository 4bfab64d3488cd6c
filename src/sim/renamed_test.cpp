// Flows and mappings under other names, with the whole line in the simulated world: what waited for its turn under the
// old ones is written, once.
#include <regex>

#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Renamed : public SmallPractice {
 protected:
  using Names = std::map<std::string, std::string>;  // of files below the hub's folder, without the ending
  static std::shared_ptr<const model::Hub> hub(const Names& names) {
    const auto made = example_hub([&](std::string& file, std::string& text) {
      for (const auto& [was, now] : names)
        if (file == was + ".yaml") {
          file = now + ".yaml";
          text = std::regex_replace(text, std::regex("(flow|mapping): " + name_in(was)), "$1: " + name_in(now));
        }
    });
    EXPECT_TRUE(made) << to_text(made.error());
    return made.value_or(nullptr);
  }
  static std::string name_in(const std::string& file) { return file.substr(file.find('/') + 1); }
  void apply(const std::shared_ptr<const model::Hub>& files) {
    ASSERT_TRUE(files);
    ASSERT_TRUE(world->change_hub(files));
    settle();
  }
  void pause(const Json& what) {
    Json command = Json::object({{"command", "pause"}, {"by", "mia"}});
    for (const auto& [name, value] : what.members()) command = command.with(name, value);
    ask(command);
  }
  void resume() {
    ask(Json::object({{"command", "resume"}, {"by", "mia"}}));
    settle();
  }
  std::int64_t discrepant() {
    std::int64_t all = 0;
    for (const Json& row : ask(Json::object({{"command", "table"}}))["rows"].items())
      all += row["discrepant_fields"].integer().value_or(0);
    return all;
  }
};

TEST_F(Renamed, AFlowThatGoesOnUnderAnotherNameWritesWhatWaited) {
  open({.seed = 5, .people = 40, .hub = hub({})});
  pause(Json::object({{"flow", "clients"}}));
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(2));
  EXPECT_NE(in_xero()["FirstName"].text(), "Avery");
  const auto people = hub({{"flows/clients", "flows/people"}});
  const auto planned = world->engine().plan(*people, true);
  ASSERT_TRUE(planned) << to_text(planned.error());
  apply(people);
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery") << "the flow of the new name is not paused";
  EXPECT_EQ(discrepant(), 0);
  EXPECT_TRUE(world->store().deliveries_in(engine::DeliveryState::Held, 10)->empty());
}

TEST_F(Renamed, AMappingThatGoesOnUnderAnotherNameWritesWhatWaited) {
  open({.seed = 5, .people = 40, .hub = hub({})});
  pause(Json::object({{"system", "xero"}}));
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(2));
  const auto people = hub({{"mappings/xero.contacts", "mappings/xero.people"}});
  const auto planned = world->engine().plan(*people, true);
  ASSERT_TRUE(planned) << to_text(planned.error());
  apply(people);
  EXPECT_GT(discrepant(), 0) << "what waits is counted";
  ASSERT_TRUE(world->engine().plan(*people, true));
  resume();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery");
  edit_in_hubspot(Json::object({{"firstname", "Blake"}}));
  wait(minutes(2));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");
  EXPECT_EQ(discrepant(), 0);
}

TEST_F(Renamed, WhatAFlowWasToAskIsAskedUnderItsNewNameOnceAndOfOneThatIsGoneNever) {
  open({.seed = 5, .people = 40, .hub = hub({})});
  const auto checks = [&] { return state("idcheck", "verifications").items().size(); };
  const std::size_t before = checks();
  pause(Json::object({{"flow", "verify-new-clients"}}));
  const auto lead = world->edit(
      "hubspot", "contacts", "",
      Json::object(
          {{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"email", "noor@x.example"}, {"lifecyclestage", "lead"}}));
  ASSERT_TRUE(lead);
  wait(minutes(2));
  ASSERT_TRUE(world->edit("hubspot", "contacts", (*lead)["id"].text(), Json::object({{"lifecyclestage", "customer"}})));
  wait(minutes(2));
  settle();
  ASSERT_EQ(checks(), before);
  apply(hub({{"flows/verify-new-clients", "flows/check"}}));
  wait(minutes(2));
  settle();
  EXPECT_EQ(checks(), before + 1);
}

}  // namespace
}  // namespace linchpin::sim
