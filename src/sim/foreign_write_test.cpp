// Writes of what another system owns, with the whole line in the simulated world.
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class ForeignWrite : public SmallPractice {
 protected:
  void make() {
    const auto hub = example_hub([&](const std::string& name, std::string& text) {
      const std::string owned = "given_name: { type: text, class: personal, owner: hubspot";
      if (const std::size_t at = text.find(owned); name.ends_with("entities/contact.yaml") && at != std::string::npos)
        text.insert(at + owned.size(), ", on_foreign_write: restore");
    });
    ASSERT_TRUE(hub) << to_text(hub.error());
    EXPECT_EQ((*hub)->entity(EntityName("contact")).field("given_name")->on_foreign_write,
              model::ForeignWrite::Restore);
    open({.hub = *hub});
    ours = in_hubspot()["firstname"].text();
  }
  // What an automation there does: whenever the name is not its own, it writes it.
  int insists(const std::string& name, int times) {
    int wrote = 0;
    for (int i = 0; i < times; ++i) {
      if (in_xero()["FirstName"].text() != name) {
        edit_in_xero(Json::object({{"FirstName", name}}));
        ++wrote;
      }
      wait(minutes(2));
      settle();
    }
    return wrote;
  }

  std::string ours;
};

TEST_F(ForeignWrite, AWarOverAValueEndsWithAQuestion) {
  make();
  EXPECT_EQ(insists("Automaton", 10), 4) << "put back three times, and left the fourth";
  EXPECT_EQ(in_xero()["FirstName"].text(), "Automaton");
  EXPECT_EQ(in_hubspot()["firstname"].text(), ours);
  ASSERT_EQ(open_reviews("foreign_write").items().size(), 1u);
  EXPECT_EQ(open_reviews("foreign_write")[0]["code"].text(), "put_back_often");
  EXPECT_EQ(open_reviews("foreign_write")[0]["stake"]["fields"], Json::list({"given_name"}));
  EXPECT_EQ(open_reviews("foreign_write")[0]["stake"]["waits"], Json::list({"hubspot:" + hubspot, "xero:" + xero}));
  answer(open_reviews("foreign_write")[0], "reject");
  EXPECT_EQ(in_xero()["FirstName"].text(), ours) << "and is counted anew";
  EXPECT_EQ(insists("Automaton", 10), 4);
  answer(open_reviews("foreign_write")[0], "accept");
  const Json why = ask(
      Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "given_name"}}));
  EXPECT_NE(why["chain"][0]["rule"].text().find(", by "), std::string::npos) << pretty(why);
  std::vector<std::string> answers;
  for (const Json& step : why["chain"].items())
    if (step.find("review"))
      answers.push_back(step["record"].text() + " " + step["value"].text() + " " + step["state"].text());
  EXPECT_EQ(answers, std::vector<std::string>{xero + " Automaton accepted"}) << "the same question, asked again";
  EXPECT_EQ(in_hubspot()["firstname"].text(), "Automaton");
  EXPECT_EQ(insists("Automaton", 3), 0);
}

TEST_F(ForeignWrite, AWarWithEverOtherValuesIsOneQuestion) {
  make();
  for (int i = 0; i < 9; ++i) {
    edit_in_xero(Json::object({{"FirstName", Json("Automaton" + std::string(1, static_cast<char>('a' + i)))}}));
    wait(minutes(2));
    settle();
  }
  EXPECT_EQ(in_hubspot()["firstname"].text(), ours);
  ASSERT_EQ(open_reviews("foreign_write").items().size(), 1u);
  answer(open_reviews("foreign_write")[0], "accept");
  EXPECT_EQ(in_hubspot()["firstname"].text(), "Automatoni") << "the last of them";
}

TEST_F(ForeignWrite, AWarWithAPinEndsWithAQuestionToo) {
  make();
  pin("phone", "0491 570 006");
  settle();
  int wrote = 0;
  for (int i = 0; i < 8; ++i) {
    if (in_hubspot()["phone"].text() != "0491 570 156")
      edit_in_hubspot(Json::object({{"phone", "0491 570 156"}})), ++wrote;
    wait(minutes(2));
    settle();
  }
  EXPECT_EQ(wrote, 4);
  ASSERT_EQ(open_reviews("foreign_write").items().size(), 1u);
  answer(open_reviews("foreign_write")[0], "accept");
  const Json why =
      ask(Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "phone"}}));
  EXPECT_EQ(why["value"].text(), "+61491570156") << "the pin is off: " << pretty(why);
}

TEST_F(ForeignWrite, OneQuestionStandsForAFieldAndItIsAboutWhatStandsThere) {
  open({});
  const std::string before = in_hubspot()["firstname"].text();
  const auto writes = [&](const char* given) {
    edit_in_xero(Json::object({{"FirstName", given}}));
    wait(minutes(3));
    settle();
  };
  writes("Avery");
  const Json first = open_reviews("foreign_write");
  ASSERT_EQ(first.items().size(), 1u);
  writes("Blake");
  ASSERT_EQ(open_reviews("foreign_write").items().size(), 1u);
  EXPECT_FALSE(world->ask(Json::object({{"command", "review.accept"}, {"id", first[0]["id"].text()}, {"by", "mia"}})))
      << "nobody says Avery any more";
  answer(open_reviews("foreign_write")[0], "accept");
  EXPECT_EQ(in_hubspot()["firstname"].text(), "Blake");
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");

  writes("Avery");
  ASSERT_EQ(open_reviews("foreign_write").items().size(), 1u);
  writes("Blake");
  EXPECT_TRUE(open_reviews("foreign_write").items().empty()) << "it says again what all say";
  EXPECT_NE(before, "Blake");
}

TEST_F(ForeignWrite, TheOwnersLaterWordEndsTheQuestion) {
  open({});
  edit_in_xero(Json::object({{"FirstName", "Avery"}}));
  wait(minutes(3));
  settle();
  const Json asked = open_reviews("foreign_write");
  ASSERT_EQ(asked.items().size(), 1u);
  edit_in_hubspot(Json::object({{"firstname", "Blake"}}));
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");
  EXPECT_TRUE(open_reviews("foreign_write").items().empty());
  EXPECT_FALSE(world->ask(Json::object({{"command", "review.accept"}, {"id", asked[0]["id"].text()}, {"by", "mia"}})));
  EXPECT_EQ(in_hubspot()["firstname"].text(), "Blake");
}

TEST_F(ForeignWrite, ARecordOfWhichTheConditionFailsIsADeadLetterAndStaysLinked) {
  const auto hub = example_hub([](std::string& name, std::string& text) {
    const std::string where = ".FirstName != null and .FirstName != \"\"";
    if (const std::size_t at = text.find(where); name == "mappings/xero.contacts.yaml" && at != std::string::npos)
      text.insert(at + where.size(),
                  " and (if .AccountNumber == \"A-17\" then (.AccountNumber | tonumber) > 0 else true end)");
  });
  ASSERT_TRUE(hub) << to_text(hub.error());
  open({.hub = *hub});
  const auto letters = [&] { return ask(Json::object({{"command", "dead-letters.list"}}))["items"]; };
  edit_in_xero(Json::object({{"AccountNumber", "A-17"}}));
  wait(minutes(3));
  settle();
  ASSERT_EQ(letters().items().size(), 1u);
  EXPECT_NE(letters()[0]["message"].text().find("where: "), std::string::npos);
  EXPECT_NE(letters()[0]["place"].text().find("xero.contacts.yaml"), std::string::npos);
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Avery") << "it is still theirs";
  edit_in_xero(Json::object({{"AccountNumber", "17"}}));
  wait(minutes(3));
  settle();
  EXPECT_TRUE(letters().items().empty());
}

TEST_F(ForeignWrite, AContactThatHasBecomeAFirmIsNotWrittenOverAndSomebodyIsTold) {
  open({});
  const auto letters = [&] { return ask(Json::object({{"command", "dead-letters.list"}}))["items"]; };
  const std::string family = in_hubspot()["lastname"].text();
  edit_in_xero(Json::object({{"FirstName", ""}, {"LastName", ""}, {"Name", "Big Org Ltd"}}));
  wait(minutes(3));
  settle();
  ASSERT_EQ(letters().items().size(), 1u);
  EXPECT_EQ(letters()[0]["code"].text(), "record_left");
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero()["Name"].text(), "Big Org Ltd");
  EXPECT_EQ(in_xero()["FirstName"].text(), "");
  ASSERT_TRUE(world->crash());
  ask(Json::object({{"command", "reconcile"}}));
  settle();
  EXPECT_EQ(in_xero()["Name"].text(), "Big Org Ltd");
  EXPECT_EQ(letters().items().size(), 1u);

  edit_in_xero(Json::object({{"FirstName", "Avery"}, {"LastName", family}}));
  wait(minutes(3));
  settle();
  EXPECT_TRUE(letters().items().empty()) << "it is linked again";
  edit_in_hubspot(Json::object({{"firstname", "Blake"}}));
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero()["FirstName"].text(), "Blake");
}

}  // namespace
}  // namespace linchpin::sim
