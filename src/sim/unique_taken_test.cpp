// A value that a system holds once, with the whole line in the simulated world: two who share a mailbox.
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class UniqueTaken : public SmallPractice {
 protected:
  void SetUp() override {
    open({});
    mailbox = in_hubspot()["email"].text();
    ASSERT_FALSE(mailbox.empty());
  }
  // Somebody else in the accounts, with that e-mail; the record that the hub made of them in HubSpot.
  void spouse_is_entered() {
    const auto made = world->edit(
        "xero", "Contacts", "",
        Json::object(
            {{"Name", "Noor Zyqovex"}, {"FirstName", "Noor"}, {"LastName", "Zyqovex"}, {"EmailAddress", mailbox}}));
    ASSERT_TRUE(made);
    spouse = (*made)["ContactID"].text();
    wait(minutes(2));
    settle();
  }
  Json noor() {
    Json found;
    const Json all = state("hubspot", "contacts");
    for (const Json& c : all.items())
      if (c["properties"]["firstname"].text() == "Noor") {
        EXPECT_TRUE(found.is_null()) << "there are two of her";
        found = c["properties"];
      }
    return found;
  }
  std::size_t requests() { return world->vendor("hubspot").log().size(); }

  std::string mailbox, spouse;
};

TEST_F(UniqueTaken, TheSecondIsThereWithoutItAndAPersonIsAsked) {
  spouse_is_entered();
  EXPECT_EQ(noor()["lastname"].text(), "Zyqovex") << "all the rest of her";
  EXPECT_EQ(noor()["email"].text(), "");
  EXPECT_EQ(in_hubspot()["email"].text(), mailbox) << "nobody is overwritten";
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u);
  EXPECT_EQ(open_reviews("unique_taken")[0]["field"].text(), "email");
  EXPECT_TRUE(ask(Json::object({{"command", "dead-letters.list"}}))["items"].items().empty());
  ASSERT_TRUE(world->crash());
  settle();
  const std::size_t before = requests();
  wait(hours(2));
  EXPECT_LT(requests() - before, 30u) << "it is not tried again and again";
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u);

  answer(open_reviews("unique_taken")[0], "accept");
  EXPECT_EQ(noor()["email"].text(), "");
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u) << "it is still taken";

  edit_in_hubspot(Json::object({{"email", "own.mailbox@x.example"}}));
  wait(minutes(2));
  settle();
  answer(open_reviews("unique_taken")[0], "accept");
  EXPECT_EQ(noor()["email"].text(), mailbox);
  EXPECT_TRUE(open_reviews("unique_taken").items().empty());
}

TEST_F(UniqueTaken, TheQuestionSaysWhoHasTheValueAndWhatStandsThereInstead) {
  const auto shown = [&] {
    return ask(Json::object({{"command", "review.show"}, {"id", open_reviews("unique_taken")[0]["id"].text()}}));
  };
  spouse_is_entered();
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u);
  EXPECT_EQ(shown()["held_by"], Json::list({"hubspot:" + hubspot}));
  EXPECT_EQ(shown()["value"].text(), mailbox);
  EXPECT_NE(shown()["message"].text().find("It was left blank"), std::string::npos);
  EXPECT_EQ(shown()["stake"]["fields"], Json::list({"email"}));
  EXPECT_EQ(shown()["stake"]["waits"].items().size(), 1u) << pretty(shown());

  // She has an e-mail of her own by now, and somebody takes the shared one for right.
  ASSERT_TRUE(world->edit("xero", "Contacts", spouse, Json::object({{"EmailAddress", "noor@x.example"}})));
  wait(minutes(2));
  settle();
  ASSERT_EQ(noor()["email"].text(), "noor@x.example");
  ASSERT_TRUE(world->edit("xero", "Contacts", spouse, Json::object({{"EmailAddress", mailbox}})));
  wait(minutes(2));
  settle();
  for (const Json& review : open_reviews("foreign_write").items()) answer(review, "accept");
  wait(minutes(2));
  settle();
  EXPECT_EQ(noor()["email"].text(), "noor@x.example");
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u);
  EXPECT_EQ(shown()["message"].text().find("left blank"), std::string::npos) << shown()["message"].text();
  EXPECT_NE(shown()["message"].text().find("left as it was"), std::string::npos) << shown()["message"].text();
  EXPECT_EQ(shown()["held_by"], Json::list({"hubspot:" + hubspot}));
}

TEST_F(UniqueTaken, AnotherValueIsWrittenAndTheQuestionIsOver) {
  spouse_is_entered();
  ASSERT_EQ(open_reviews("unique_taken").items().size(), 1u);
  answer(open_reviews("unique_taken")[0], "reject");
  EXPECT_EQ(noor()["email"].text(), "");
  ASSERT_TRUE(world->edit("xero", "Contacts", spouse, Json::object({{"EmailAddress", "noor@x.example"}})));
  wait(minutes(2));
  settle();
  EXPECT_EQ(noor()["email"].text(), "noor@x.example");
  EXPECT_TRUE(open_reviews("unique_taken").items().empty());
}

}  // namespace
}  // namespace linchpin::sim
