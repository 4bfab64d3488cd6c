// A value that nobody could read decides nothing: it is not taken for blank, no default stands in for it, and nothing
// is made or sent on its account until it can be read. Nor does what its owner leaves blank.
#include <gtest/gtest.h>

#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Unread : public SmallPractice {
 protected:
  struct Histories : Onlooker {
    void sent(const engine::Send& send, Instant) override {
      count += send.request.url.find("/History") != std::string::npos;
    }
    int count = 0;
  };
  void SetUp() override { open({.onlooker = &histories}); }
  // A contact whose stage has no row in the mapping's table.
  void enter(const char* stage) {
    const auto made = world->edit("hubspot", "contacts", "",
                                  Json::object({{"firstname", "Noor"},
                                                {"lastname", "Zyqovex"},
                                                {"email", "noor@x.example"},
                                                {"phone", "0423 555 123"},
                                                {"lifecyclestage", stage}}));
    ASSERT_TRUE(made);
    noor = (*made)["id"].text();
    goes_on();
  }
  void goes_on() {
    wait(minutes(2));
    settle();
  }
  Json in_hubspot() { return record("hubspot", "contacts", "id", noor)["properties"]; }
  std::size_t in_xero() {
    std::size_t found = 0;
    const Json all = state("xero", "Contacts");
    for (const Json& contact : all.items()) found += contact["LastName"].text() == "Zyqovex";
    return found;
  }
  std::size_t checks() { return state("idcheck", "verifications").items().size(); }
  Json stage() {
    return ask(Json::object(
        {{"command", "explain"}, {"entity", "contact"}, {"id", "hubspot:" + noor}, {"field", "lifecycle_stage"}}));
  }
  std::vector<std::string> letters() {
    std::vector<std::string> codes;
    const Json all = ask(Json::object({{"command", "dead-letters.list"}}));
    for (const Json& letter : all["items"].items()) codes.push_back(letter["code"].text());
    return codes;
  }

  Histories histories;
  std::string noor;
};

TEST_F(Unread, AStageThatNoTableCoversMakesNobodyAClient) {
  const std::size_t before = checks();
  enter("subscriber");
  EXPECT_EQ(letters(), std::vector<std::string>{"unmapped"});
  EXPECT_TRUE(stage()["value"].is_null()) << canonical(stage());
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "subscriber") << "it stays as it is";
  EXPECT_EQ(in_xero(), 0u) << "whether they belong there is not known";
  EXPECT_EQ(checks(), before) << "nobody became a client";

  // The rest of the record goes on, and so it is after a restart.
  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"firstname", "Noora"}})));
  ASSERT_TRUE(world->crash());
  goes_on();
  EXPECT_TRUE(stage()["value"].is_null());
  EXPECT_EQ(in_xero(), 0u);
  EXPECT_EQ(checks(), before);

  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", "customer"}})));
  goes_on();
  EXPECT_EQ(stage()["value"].text(), "client");
  EXPECT_EQ(letters(), std::vector<std::string>{});
  EXPECT_EQ(in_xero(), 1u);
  EXPECT_EQ(checks(), before + 1);
}

// A choice that the vendor has and no table: such a record waits in the list, and goes on with the files that know it.
TEST_F(Unread, ATableThatIsMendedIsEnough) {
  const std::size_t before = checks();
  enter("evangelist");
  ASSERT_EQ(letters(), std::vector<std::string>{"unmapped"});
  ASSERT_EQ(in_xero(), 0u);
  const auto mended = example_hub([](const std::string& name, std::string& text) {
    const std::string row = "client: customer";
    if (name.ends_with("hubspot.contacts.yaml")) text.replace(text.find(row), row.size(), "client: evangelist");
  });
  ASSERT_TRUE(mended) << to_text(mended.error());
  ASSERT_TRUE(world->change_hub(*mended));
  goes_on();
  const Json left = ask(Json::object({{"command", "dead-letters.list"}}));
  for (const Json& letter : left["items"].items())  // that table covers none of the others
    EXPECT_NE(letter["record"].text(), noor) << pretty(letter);
  EXPECT_EQ(stage()["value"].text(), "client");
  EXPECT_EQ(in_xero(), 1u);
  EXPECT_EQ(checks(), before + 1);
}

// A member that the vendor's records no longer have, though a mapping names it, says nothing: who is new is not guessed
// at, and who was known stays as they were.
TEST_F(Unread, WhatIsPutBackIsReadAgain) {
  enter("customer");
  ASSERT_EQ(letters(), std::vector<std::string>{});
  for (const char* mistake : {"evangelist", "subscriber"}) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", mistake}})));
    goes_on();
    EXPECT_EQ(letters(), std::vector<std::string>{"unmapped"});
    ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", "customer"}})));
    goes_on();
    EXPECT_EQ(letters(), std::vector<std::string>{}) << "what it said before it says again";
    EXPECT_EQ(stage()["value"].text(), "client");
  }
}

// A field that a mapping names from now on is no edit of anybody: nobody's history is asked for.
TEST_F(Unread, AFieldThatIsMappedAnewIsReadWithoutAskingWhoWroteIt) {
  const auto more = example_hub([](const std::string& name, std::string& text) {
    if (name.ends_with("entities/contact.yaml"))
      text.replace(text.find("  account_number:"), 0, "  tax_number: { type: text, class: internal, owner: xero }\n");
    if (name.ends_with("xero.contacts.yaml"))
      text.replace(text.find("  email:"), 0, "  tax_number: { at: TaxNumber, direction: in, why: theirs }\n");
  });
  ASSERT_TRUE(more) << to_text(more.error());
  ASSERT_TRUE(world->edit("xero", "Contacts", xero, Json::object({{"TaxNumber", "11"}, {"AccountNumber", "C77"}})));
  goes_on();
  histories.count = 0;
  ASSERT_TRUE(world->change_hub(*more));
  ask(Json::object({{"command", "reconcile"}}));
  goes_on();
  const Json told = ask(
      Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "tax_number"}}));
  EXPECT_EQ(told["value"].text(), "11") << pretty(told);
  EXPECT_EQ(histories.count, 0);
}

TEST_F(Unread, AFieldThatIsGoneFromTheVendorIsNotGuessedAt) {
  enter("customer");
  ASSERT_EQ(in_xero(), 1u);
  const std::string known = noor;
  const std::size_t before = checks();
  const auto gone = example_hub([](const std::string& name, std::string& text) {
    const std::string path = "properties.lifecyclestage";
    if (name.ends_with("hubspot.contacts.yaml")) text.replace(text.find(path), path.size(), "properties.client_stage");
  });
  ASSERT_TRUE(gone) << to_text(gone.error());
  ASSERT_TRUE(world->change_hub(*gone));
  goes_on();
  EXPECT_EQ(stage()["value"].text(), "client");
  const auto made = world->edit(
      "hubspot", "contacts", "",
      Json::object(
          {{"firstname", "Sam"}, {"lastname", "Zyqovex"}, {"email", "sam@y.example"}, {"phone", "0423 555 129"}}));
  ASSERT_TRUE(made);
  noor = (*made)["id"].text();
  goes_on();
  EXPECT_TRUE(stage()["value"].is_null()) << pretty(stage());
  EXPECT_EQ(in_xero(), 1u) << "whether they belong there is not known";
  EXPECT_EQ(checks(), before);
}

// Whom the hub knew as something stays that, as of any value that cannot be read; only nothing is not made a default.
TEST_F(Unread, WhoWasAClientStaysOne) {
  enter("customer");
  ASSERT_EQ(in_xero(), 1u);
  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", "evangelist"}})));
  goes_on();
  EXPECT_EQ(letters(), std::vector<std::string>{"unmapped"});
  EXPECT_EQ(stage()["value"].text(), "client");
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "evangelist");
}

// A default is for whom only the accounts know, and not for whom HubSpot has without a stage.
TEST_F(Unread, AStageThatHubSpotLeavesBlankStaysBlank) {
  const std::size_t before = checks();
  enter("");
  EXPECT_EQ(letters(), std::vector<std::string>{});
  EXPECT_TRUE(stage()["value"].is_null()) << canonical(stage());
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "");
  EXPECT_EQ(in_xero(), 0u);
  EXPECT_EQ(checks(), before);

  // Nor when somebody enters them in Xero as well: what stands there stays.
  ASSERT_TRUE(world->edit("xero", "Contacts", "",
                          Json::object({{"Name", "Noor Zyqovex"},
                                        {"FirstName", "Noor"},
                                        {"LastName", "Zyqovex"},
                                        {"EmailAddress", "noor@x.example"},
                                        {"Phones", Json::list({Json::object({{"PhoneType", "MOBILE"},
                                                                             {"PhoneNumber", "423555123"},
                                                                             {"PhoneAreaCode", ""},
                                                                             {"PhoneCountryCode", "61"}})})}})));
  goes_on();
  ASSERT_EQ(in_xero(), 1u);
  EXPECT_TRUE(stage()["value"].is_null()) << canonical(stage());
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "");
  EXPECT_EQ(checks(), before);
  const Json all = state("xero", "Contacts");
  for (const Json& contact : all.items())
    if (contact["LastName"].text() == "Zyqovex") EXPECT_EQ(contact["ContactStatus"].text(), "ACTIVE");

  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", "customer"}})));
  goes_on();
  EXPECT_EQ(stage()["value"].text(), "client");
  EXPECT_EQ(checks(), before + 1);
}

// Who became a client because only the accounts knew them is one while HubSpot holds what it was given.
TEST_F(Unread, WhomOnlyXeroKnowsIsAClient) {
  const std::size_t before = checks();
  ASSERT_TRUE(world->edit("xero", "Contacts", "",
                          Json::object({{"Name", "Noor Zyqovex"},
                                        {"FirstName", "Noor"},
                                        {"LastName", "Zyqovex"},
                                        {"EmailAddress", "noor@x.example"}})));
  goes_on();
  const Json all = state("hubspot", "contacts");
  for (const Json& contact : all.items())
    if (contact["properties"]["lastname"].text() == "Zyqovex") noor = contact["id"].text();
  ASSERT_FALSE(noor.empty());
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "customer");
  EXPECT_EQ(stage()["chain"][0]["rule"].text(), "default");
  EXPECT_EQ(checks(), before + 1);

  // An edit of something else, and a restart, change nothing of it.
  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"firstname", "Noora"}})));
  ASSERT_TRUE(world->crash());
  goes_on();
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "customer");
  EXPECT_EQ(stage()["value"].text(), "client");

  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", ""}})));
  goes_on();
  EXPECT_EQ(in_hubspot()["lifecyclestage"].text(), "") << "it was taken out by hand, and is not written over";
  EXPECT_EQ(stage()["value"].text(), "client") << "emptying says nothing: null: ignore";
  EXPECT_EQ(checks(), before + 1);
}

}  // namespace
}  // namespace linchpin::sim
