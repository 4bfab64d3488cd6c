// Direct flows, with the whole line in the simulated world: HubSpot's contacts, each change of which is a check asked
// for.
#include "model/draft.hpp"
#include "model/embedded.hpp"
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Direct : public SmallPractice {
 protected:
  void make() {
    std::vector<model::HubFile> files;
    for (const model::EmbeddedFile& file : model::embedded_templates()) {
      if (!file.name.ends_with(".yaml")) continue;
      files.push_back({std::string(file.name), std::string(file.text)});
      if (file.name.ends_with("verify-new-clients.yaml")) files.back().text += "mode: \"off\"\n";
    }
    files.push_back({"flows/ask.yaml",
                     "flow: ask\n"
                     "direct: hubspot.contacts -> idcheck.create_check\n"
                     "fields:\n"
                     "  given_name: { at: properties.firstname, class: personal }\n"
                     "  family_name: { at: properties.lastname, class: personal }\n"
                     "  email: { at: properties.email, class: personal }\n"
                     "when: '.given_name != \"Nobody\"'\n"
                     "sweep: every 5 minutes\n"});
    const model::Checked judged = model::check_files(files, "staging", model::shipped_manifest);
    ASSERT_TRUE(judged.hub) << to_text(judged.findings.front().error);
    open({.hub = judged.hub});
  }
  Json why() {
    return ask(Json::object({{"command", "explain"}, {"entity", "direct.ask"}, {"id", "hubspot:" + hubspot}}));
  }
  // How often the sink was told of somebody.
  int told() {
    const std::string id = why()["id"].text();
    int count = 0;
    const Json checks = state("idcheck", "verifications");
    for (const Json& check : checks.items()) count += check["external_id"].text() == id;
    return count;
  }
  void call(const std::string& name) { edit_in_hubspot(Json::object({{"firstname", name}})); }
};

TEST_F(Direct, EachChangeOfWhatIsSentIsToldOnce) {
  make();
  EXPECT_EQ(told(), 0) << "what was there before is no change";
  call("Mia");
  settle();
  EXPECT_EQ(told(), 1);
  edit_in_hubspot(Json::object({{"phone", "0491 570 156"}}));
  settle();
  EXPECT_EQ(told(), 1) << "which is not sent";
  call("Maya");
  settle();
  wait(minutes(11));
  settle();
  EXPECT_EQ(told(), 2) << "sweeps bring it again";
  EXPECT_EQ(why()["fields"][0]["value"].text(), "Maya") << pretty(why());
}

TEST_F(Direct, WhatItsConditionLeavesOutIsNotTold) {
  make();
  call("Nobody");
  settle();
  EXPECT_EQ(told(), 0);
  call("Mia");
  settle();
  EXPECT_EQ(told(), 1);
}

TEST_F(Direct, NothingIsLostOrDoubledWhenTheProcessEnds) {
  make();
  for (int i = 0; i < 14; ++i) {
    call("Mia" + std::string(static_cast<std::size_t>(i) + 1, 'a'));
    for (int steps = 0; steps < i; ++steps) ASSERT_TRUE(world->step());
    ASSERT_TRUE(world->crash());
    settle();
    EXPECT_EQ(told(), i + 1) << "ended after " << i << " steps";
  }
}

TEST_F(Direct, IsHeldWhileItIsPaused) {
  make();
  ask(Json::object({{"command", "pause"}, {"flow", "ask"}, {"by", "mia"}}));
  call("Mia");
  settle();
  EXPECT_EQ(told(), 0);
  ask(Json::object({{"command", "resume"}, {"flow", "ask"}, {"by", "mia"}}));
  settle();
  EXPECT_EQ(told(), 1);
}

}  // namespace
}  // namespace linchpin::sim
