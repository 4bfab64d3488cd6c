// Pins with the whole line in the simulated world.
#include <gtest/gtest.h>

#include "sandbox/client_book.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Pinned : public testing::Test {
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
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Result<Json> pin(const std::string& value, const std::string& until = "", bool remove = false) {
    return world->ask(Json::object({{"command", "pin"},
                                    {"entity", "contact"},
                                    {"id", "hubspot:" + hubspot},
                                    {"field", "given_name"},
                                    {"value", value},
                                    {"why", "she said so by phone"},
                                    {"until", until},
                                    {"remove", remove},
                                    {"by", "kim"}}));
  }
  std::string name_in(const char* system) {
    const bool crm = system == std::string_view("hubspot");
    for (const Json& c : world->vendor(system).state(world->now())["objects"][crm ? "contacts" : "Contacts"].items())
      if (c[crm ? "id" : "ContactID"].text() == (crm ? hubspot : xero))
        return (crm ? c["properties"]["firstname"] : c["FirstName"]).text();
    return "";
  }
  void both_say(const std::string& name) {
    EXPECT_EQ(name_in("hubspot"), name);
    EXPECT_EQ(name_in("xero"), name);
  }

  std::unique_ptr<World> world;
  std::string hubspot, xero;
};

TEST_F(Pinned, AFieldIsWhatAPersonSaysUntilThePinIsTakenOff) {
  ASSERT_TRUE(pin("Avery"));
  settle();
  both_say("Avery");
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"firstname", "Blake"}})));
  ASSERT_TRUE(world->run_for(minutes(2)));
  settle();
  both_say("Avery");
  ASSERT_TRUE(world->crash());
  settle();
  const Json why = *world->ask(Json::object(
      {{"command", "explain"}, {"entity", "contact"}, {"id", "hubspot:" + hubspot}, {"field", "given_name"}}));
  EXPECT_EQ(why["value"].text(), "Avery");
  EXPECT_NE(canonical(why).find("she said so by phone"), std::string::npos) << pretty(why);
  ASSERT_TRUE(pin("", "", true));
  settle();
  both_say("Blake");
  EXPECT_FALSE(pin("", "", true)) << "it is not pinned any more";
}

TEST_F(Pinned, APinEndsByItselfAlsoAfterACrash) {
  const std::string before = name_in("hubspot");
  ASSERT_TRUE(pin("Avery", rfc3339(world->now() + hours(2))));
  settle();
  both_say("Avery");
  ASSERT_TRUE(world->crash());
  settle();
  both_say("Avery");
  world->laze(seconds(20));
  ASSERT_TRUE(world->run_for(hours(3)));
  world->laze(milliseconds(100));
  settle();
  both_say(before);
}

TEST_F(Pinned, WhatCannotBePinnedIsSaid) {
  EXPECT_FALSE(pin("Avery", "2020-01-01T00:00:00Z")) << "it would have ended";
  const auto refused = [&](const char* field, const char* value) {
    const Result<Json> answer = world->ask(Json::object({{"command", "pin"},
                                                         {"entity", "contact"},
                                                         {"id", "hubspot:" + hubspot},
                                                         {"field", field},
                                                         {"value", value},
                                                         {"why", "because"},
                                                         {"by", "kim"}}));
    EXPECT_FALSE(answer) << field;
    return answer ? std::string() : to_text(answer.error());
  };
  EXPECT_NE(refused("lifecycle_stage", "clent").find("lead, client, former"), std::string::npos);
  EXPECT_NE(refused("full_name", "Avery Tan").find("made of other fields"), std::string::npos);
  refused("date_of_birth", "yesterday");
  refused("phone", "at the desk");
  refused("nothing", "x");
}

}  // namespace
}  // namespace linchpin::sim
