// Systems that contradict each other, and a person who chooses, with the whole line in the simulated world.
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

class Conflict : public SmallPractice {
 protected:
  void make() {
    const auto hub = example_hub([](const std::string& name, std::string& text) {
      const std::string owned = "email: { type: email, class: personal, owner: hubspot }";
      if (const std::size_t at = text.find(owned); name.ends_with("entities/contact.yaml") && at != std::string::npos)
        text.replace(at, owned.size(), "email: { type: email, class: personal, survivorship: review }");
    });
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.hub = *hub});
    if (!question().is_null()) answer(question(), "reject");  // as they were when the two were first read
    in_hubspot("both@mail.example");
    settle();
    ASSERT_EQ(emails(), "both@mail.example both@mail.example");
  }
  void in_hubspot(const std::string& email) { edit_in_hubspot(Json::object({{"email", email}})); }
  void in_xero(const std::string& email) { edit_in_xero(Json::object({{"EmailAddress", email}})); }
  std::string emails() {
    return SmallPractice::in_hubspot()["email"].text() + " " + SmallPractice::in_xero()["EmailAddress"].text();
  }
  Json why() {
    return ask(
        Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "email"}}));
  }
  // The open question about somebody who is in both; null when there is none.
  Json question() {
    const std::string golden = why()["id"].text();
    const Json open = open_reviews("conflict");
    for (const Json& review : open.items())
      if (review["golden"].text() == golden) return review;
    return {};
  }
  void disagree(const std::string& left, const std::string& right) {
    in_hubspot(left), in_xero(right);
    settle();
  }
  void take(const std::string& whose) {
    const Json asked = question();
    ask(Json::object({{"command", "review.accept"}, {"id", asked["id"].text()}, {"take", whose}, {"by", "mia"}}));
    settle();
  }
};

TEST_F(Conflict, IsAskedAboutAndTheAnswerGoesEverywhere) {
  make();
  disagree("one@mail.example", "two@mail.example");
  ASSERT_FALSE(question().is_null());
  EXPECT_EQ(emails(), "one@mail.example two@mail.example") << "both are left as they are";
  const Json shown = ask(Json::object({{"command", "review.show"}, {"id", question()["id"].text()}}));
  ASSERT_EQ(shown["values"].items().size(), 2u);
  EXPECT_EQ(shown["values"][0]["value"].text() + " " + shown["values"][1]["value"].text(),
            "one@mail.example two@mail.example");
  EXPECT_EQ(canonical(question()).find("mail.example"), std::string::npos) << "the list shows no value";
  EXPECT_FALSE(world->ask(Json::object({{"command", "review.accept"}, {"id", question()["id"].text()}, {"by", "mia"}})))
      << "whose?";
  take("xero");
  EXPECT_EQ(emails(), "two@mail.example two@mail.example");
  EXPECT_TRUE(question().is_null());
  EXPECT_TRUE(why()["chain"][0]["rule"].text().starts_with("review r")) << pretty(why());

  in_hubspot("three@mail.example");
  settle();
  EXPECT_EQ(emails(), "three@mail.example three@mail.example") << "over what was answered: nobody is asked";
  in_xero("four@mail.example");
  settle();
  EXPECT_EQ(emails(), "four@mail.example four@mail.example");
  EXPECT_TRUE(question().is_null());
}

TEST_F(Conflict, IsOverWhenTheSystemsAgree) {
  make();
  disagree("one@mail.example", "two@mail.example");
  const std::string id = question()["id"].text();
  in_hubspot("two@mail.example");
  settle();
  EXPECT_TRUE(question().is_null());
  EXPECT_EQ(emails(), "two@mail.example two@mail.example");
  EXPECT_FALSE(world->ask(Json::object({{"command", "review.reject"}, {"id", id}, {"by", "mia"}})));
  disagree("five@mail.example", "six@mail.example");
  EXPECT_EQ(question()["id"].text(), id) << "one question about one field, asked anew";
  const Json shown = ask(Json::object({{"command", "review.show"}, {"id", id}}));
  answer(question(), "reject");
  EXPECT_EQ(emails(), shown["stays"].text() + " " + shown["stays"].text());
}

TEST_F(Conflict, OutlivesTheProcess) {
  make();
  disagree("one@mail.example", "two@mail.example");
  const Json before = question();
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(canonical(question()), canonical(before));
  take("hubspot");
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(emails(), "one@mail.example one@mail.example");
  EXPECT_TRUE(question().is_null());
}

TEST_F(Conflict, APinEndsItUntilThePinEnds) {
  make();
  disagree("one@mail.example", "two@mail.example");
  Json pin = Json::object({{"command", "pin"},
                           {"entity", "contact"},
                           {"id", "xero:" + xero},
                           {"field", "email"},
                           {"value", "pinned@mail.example"},
                           {"why", "she said so"},
                           {"by", "kim"}});
  ask(pin);
  settle();
  EXPECT_TRUE(question().is_null());
  EXPECT_EQ(emails(), "pinned@mail.example pinned@mail.example");
  ask(pin.without("value").with("remove", true));
  settle();
  EXPECT_FALSE(question().is_null()) << "they have not agreed meanwhile";
  take("xero");
  EXPECT_EQ(emails(), "two@mail.example two@mail.example");
}

}  // namespace
}  // namespace linchpin::sim
