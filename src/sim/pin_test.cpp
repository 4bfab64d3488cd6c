// Pins with the whole line in the simulated world.
#include <gtest/gtest.h>

#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Pinned : public SmallPractice {
 protected:
  void SetUp() override { open({}); }
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
  void both_say(const std::string& name) {
    EXPECT_EQ(in_hubspot()["firstname"].text(), name);
    EXPECT_EQ(in_xero()["FirstName"].text(), name);
  }
};

TEST_F(Pinned, AFieldIsWhatAPersonSaysUntilThePinIsTakenOff) {
  ASSERT_TRUE(pin("Avery"));
  settle();
  both_say("Avery");
  edit_in_hubspot(Json::object({{"firstname", "Blake"}}));
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

TEST_F(Pinned, OfAFieldThatIsPinnedToNothingNoEarlierValueIsSaidToBeThere) {
  const std::string before = in_xero()["FirstName"].text();
  ASSERT_NE(before, "");
  ASSERT_TRUE(pin(""));
  settle();
  both_say("");
  const Json why = *world->ask(Json::object(
      {{"command", "explain"}, {"entity", "contact"}, {"id", "hubspot:" + hubspot}, {"field", "given_name"}}));
  for (const Json& step : why["chain"].items())
    if (step["what"].text() == "sent and confirmed") EXPECT_NE(step["holds"].text(), before) << pretty(why);
}

TEST_F(Pinned, APinEndsByItselfAlsoAfterACrash) {
  const std::string before = in_hubspot()["firstname"].text();
  ASSERT_TRUE(pin("Avery", rfc3339(world->now() + hours(2))));
  settle();
  both_say("Avery");
  ASSERT_TRUE(world->crash());
  settle();
  both_say("Avery");
  wait(hours(3));
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
  EXPECT_NE(refused("lifecycle_stage", "clent").find("Did you mean 'client'?"), std::string::npos);
  EXPECT_NE(refused("full_name", "Avery Tan").find("made of other fields"), std::string::npos);
  refused("date_of_birth", "yesterday");
  refused("phone", "at the desk");
  refused("nothing", "x");
}

}  // namespace
}  // namespace linchpin::sim
