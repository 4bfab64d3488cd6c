// Refs, with the whole line in the simulated world: people and their companies, in HubSpot's associations and in a
// member of Xero's contacts that holds the company's own id.
#include <gtest/gtest.h>

#include "sim/relations.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

TEST_F(Relations, APersonBelongsToTheGoldenRecordOfTheCompanyThatHubSpotAssociates) {
  make(hub({}),
       crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556")}).with("associations", associated(john, acme)),
       holding("Contacts", {account(books, "Acme", "51824753556")}));
  EXPECT_EQ(golden("xero:" + books, "company"), golden("hubspot:" + acme, "company")) << "one company";
  EXPECT_EQ(explained("hubspot:" + john)["value"].text(), golden("hubspot:" + acme, "company"));
}

TEST_F(Relations, CompaniesAreKeptInAgreementLikePeople) {
  make(hub({}), crm({}, {company(acme, "Acme", "51824753556"), company(bolt, "Bolt", "", "0298765555")}),
       holding("Contacts", {account(books, "Acme", "51824753556")}));
  EXPECT_NE(xero_named("Bolt"), "") << "made in Xero";
  EXPECT_EQ(xero(xero_named("Bolt"))["FirstName"].text(), "");
  ASSERT_TRUE(world->edit("hubspot", "companies", acme, Json::object({{"name", "Acme Holdings"}})));
  settle();
  EXPECT_EQ(xero(books)["Name"].text(), "Acme Holdings");
  ASSERT_TRUE(world->edit("xero", "Contacts", books, Json::object({{"TaxNumber", "83914571673"}})));
  settle();
  const Json companies = state("hubspot", "companies");
  EXPECT_EQ(companies[0]["properties"]["abn"].text(), "83914571673");
}

TEST_F(Relations, ARefIsWrittenAsTheOtherSystemsOwnRecord) {
  make(both_ways(),
       crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556"), company(bolt, "Bolt", "", "0298765555")})
           .with("associations", associated(john, acme)),
       holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero()}));
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), books) << "HubSpot's association became Xero's id";
  associate(john, bolt);
  settle();
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), xero_named("Bolt")) << "moved in HubSpot";
  ASSERT_TRUE(world->run_for(minutes(2)));
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"BankAccountDetails", books}})));
  settle();
  EXPECT_EQ(primary_of(john), acme) << "moved in Xero";
  ASSERT_TRUE(world->run_for(minutes(2)));
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"BankAccountDetails", ""}})));
  settle();
  EXPECT_EQ(primary_of(john), "") << "ended in Xero";
  EXPECT_TRUE(explained("hubspot:" + john)["value"].is_null());
}

TEST_F(Relations, APersonIsMadeFirstAndThenAssociatedWithTheirCompany) {
  make(both_ways(), crm({}, {}),
       holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero().with("BankAccountDetails", books)}));
  const std::string contact = hubspot_named("contacts", "email", "john@x.example");
  const std::string its_company = hubspot_named("companies", "name", "Acme");
  ASSERT_NE(contact, "");
  ASSERT_NE(its_company, "");
  EXPECT_EQ(primary_of(contact), its_company) << pretty(explained("hubspot:" + contact));
}

TEST_F(Relations, AParentThatIsKnownLaterThanItsChildLosesNothing) {
  make(both_ways(), crm({john_in_hubspot()}, {}), holding("Contacts", {john_in_xero()}));
  sandbox::Vendor& hubspot = world->vendor("hubspot");
  ASSERT_TRUE(hubspot.set_faults(Json::object({{"webhook_drop", 1}}), world->now()));
  const auto made = world->edit("hubspot", "companies", "", Json::object({{"name", "Acme"}, {"abn", "51824753556"}}));
  ASSERT_TRUE(made) << to_text(made.error());
  const std::string late = (*made)["id"].text();
  ASSERT_TRUE(hubspot.set_faults(Json(Json::Object{}), world->now()));
  associate(john, late);
  settle();
  const Json waits = explained("hubspot:" + john);
  EXPECT_TRUE(waits["value"].is_null()) << "nobody has told of the company yet";
  EXPECT_NE(canonical(waits).find("which the hub does not know yet"), std::string::npos) << pretty(waits);
  ASSERT_TRUE(world->crash());
  ASSERT_TRUE(world->run_for(minutes(6)));  // its sweep
  settle();
  EXPECT_EQ(explained("hubspot:" + john)["value"].text(), golden("hubspot:" + late, "company"));
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), xero_named("Acme"));
  EXPECT_EQ(primary_of(john), late);
}

TEST_F(Relations, ACompanyThatCannotBeWrittenHoldsOnlyTheRefsToIt) {
  make(both_ways(), crm({john_in_hubspot()}, {}), holding("Contacts", {john_in_xero()}));
  const std::string too_long(300, 'A');  // for Xero
  const auto made = world->edit("hubspot", "companies", "", Json::object({{"name", too_long}, {"abn", "51824753556"}}));
  ASSERT_TRUE(made) << to_text(made.error());
  const std::string big = (*made)["id"].text();
  associate(john, big);
  settle();
  const Json dead = ask(Json::object({{"command", "dead-letters.list"}}))["items"];
  ASSERT_EQ(dead.items().size(), 1u) << pretty(dead);
  EXPECT_EQ(dead[0]["entity"].text(), "company");
  EXPECT_EQ(dead[0]["holds"].integer(), 1) << pretty(dead);
  EXPECT_EQ(explained("hubspot:" + john)["value"].text(), golden("hubspot:" + big, "company"));
  EXPECT_NE(canonical(explained("hubspot:" + john)).find("has no record in xero yet"), std::string::npos);
  ASSERT_TRUE(world->run_for(minutes(2)));
  ASSERT_TRUE(world->edit("hubspot", "contacts", john, Json::object({{"email", "john@y.example"}})));
  settle();
  EXPECT_EQ(xero(joan)["EmailAddress"].text(), "john@y.example") << "the rest of him goes on";
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), "");
  ASSERT_TRUE(world->edit("hubspot", "companies", big, Json::object({{"name", "Acme"}})));
  settle();
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), xero_named("Acme")) << "once it is there";
  EXPECT_TRUE(ask(Json::object({{"command", "dead-letters.list"}}))["items"].items().empty());
}

TEST_F(Relations, OfACompanyThatManyWaitForTheListSaysSoAndNoMore) {
  Json::List people, belongs;
  for (int i = 0; i < 120; ++i) {
    const std::string tag{static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)};
    const std::string id = std::to_string(50000003000 + i);
    people.push_back(
        in_hubspot(id, ("Given" + tag).c_str(), ("Family" + tag).c_str(), (tag + "@x.example").c_str(), ""));
    belongs.push_back(associated(id, acme)[0]);
  }
  const std::string too_long(300, 'A');  // for Xero
  make(both_ways(), crm(people, {company(acme, too_long.c_str(), "51824753556")}).with("associations", belongs),
       holding("Contacts", {}));
  const Json dead = ask(Json::object({{"command", "dead-letters.list"}}))["items"];
  ASSERT_EQ(dead.items().size(), 1u) << pretty(dead);
  EXPECT_EQ(dead[0]["holds"].integer(), 100);
  EXPECT_TRUE(dead[0]["holds_more"].boolean());
  EXPECT_TRUE(explained("hubspot:" + people[119]["id"].text())["value"].is_text()) << "all of them have it in the hub";
}

TEST_F(Relations, CompaniesThatAPersonMergesTakeTheirPeopleAlong) {
  make(both_ways(),
       crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556"), company(bolt, "Bolt", "", "0298765555")})
           .with("associations", associated(john, bolt)),
       holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero()}));
  const std::string bolts = explained("hubspot:" + john)["value"].text();
  ASSERT_EQ(bolts, golden("hubspot:" + bolt, "company"));
  ask(Json::object({{"command", "review.merge"},
                    {"entity", "company"},
                    {"id", "hubspot:" + acme},
                    {"other", "hubspot:" + bolt},
                    {"why", "one firm"},
                    {"by", "kim"}}));
  settle();
  EXPECT_EQ(explained("hubspot:" + john)["value"].text(), golden("hubspot:" + acme, "company"));
  EXPECT_EQ(golden("hubspot:" + acme, "company"), golden("hubspot:" + bolt, "company"));
  EXPECT_EQ(primary_of(john), bolt) << "nobody has moved him";
  ask(Json::object({{"command", "review.split"},
                    {"entity", "company"},
                    {"id", "hubspot:" + acme},
                    {"records", Json::list({"hubspot:" + bolt})},
                    {"why", "two firms"},
                    {"by", "kim"}}));
  settle();
  EXPECT_EQ(explained("hubspot:" + john)["value"].text(), golden("hubspot:" + bolt, "company"));
  EXPECT_NE(golden("hubspot:" + acme, "company"), golden("hubspot:" + bolt, "company"));
  const Json asked = ask(Json::object({{"command", "review.list"}}))["items"];
  for (const Json& review : asked.items()) EXPECT_NE(review["kind"].text(), "foreign_write") << pretty(review);
}

TEST_F(Relations, OfAnAssociationThatWaitsNobodySaysThatItsRecordCannotBeRead) {
  make(both_ways(), crm({john_in_hubspot()}, {}), holding("Contacts", {john_in_xero()}));
  ask(Json::object({{"command", "pause"}, {"flow", "companies"}, {"by", "kim"}, {"why", "a look at it first"}}));
  const Json bolts = account("5d1f1c1a-0000-4000-8000-0000000000b1", "Bolt", "83914571673");
  const auto made = world->edit("xero", "Contacts", "", bolts.without("ContactID"));
  ASSERT_TRUE(made) << to_text(made.error());
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"BankAccountDetails", (*made)["ContactID"]}})));
  settle();
  const Json why = explained("hubspot:" + john);
  EXPECT_NE(canonical(why).find("has no record in hubspot yet"), std::string::npos) << pretty(why);
  EXPECT_NE(canonical(why).find("is held: what it is to name is not there yet"), std::string::npos) << pretty(why);
  EXPECT_EQ(canonical(why).find("cannot be read there"), std::string::npos) << pretty(why);
}

TEST_F(Relations, APinnedRefIsOfARecordThatIsThere) {
  make(both_ways(),
       crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556"), company(bolt, "Bolt", "", "0298765555")})
           .with("associations", associated(john, acme)),
       holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero()}));
  const auto pin = [&](const std::string& value) {
    return world->ask(Json::object({{"command", "pin"},
                                    {"entity", "contact"},
                                    {"id", "hubspot:" + john},
                                    {"field", "company"},
                                    {"value", value},
                                    {"why", "he moved"},
                                    {"by", "kim"}}));
  };
  for (const std::string& no : {std::string("Bolt"), std::string("hubspot:1"), "hubspot:" + john, bolt,
                                std::string("g_00000000000000000000000000"), golden("hubspot:" + john, "contact")}) {
    const Result<Json> answer = pin(no);
    ASSERT_FALSE(answer) << no;
    EXPECT_EQ(answer.error().what, "the hub has no such company for company");
  }
  settle();
  EXPECT_EQ(primary_of(john), acme);
  for (const std::string& of : {"hubspot:" + bolt, golden("hubspot:" + acme, "company")}) {
    const Result<Json> answer = pin(of);
    ASSERT_TRUE(answer) << to_text(answer.error());
    settle();
    EXPECT_EQ(explained("hubspot:" + john)["value"].text(),
              golden(of.starts_with("g_") ? "hubspot:" + acme : of, "company"));
    EXPECT_EQ(primary_of(john), of.starts_with("g_") ? acme : bolt);
  }
}

TEST_F(Relations, ACrashInBetweenChangesNothing) {
  make(both_ways(),
       crm({john_in_hubspot()}, {company(acme, "Acme", "51824753556"), company(bolt, "Bolt", "", "0298765555")})
           .with("associations", associated(john, acme)),
       holding("Contacts", {account(books, "Acme", "51824753556"), john_in_xero()}));
  associate(john, bolt);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(world->step());
    ASSERT_TRUE(world->crash());
  }
  settle();
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), xero_named("Bolt"));
  ASSERT_TRUE(world->run_for(minutes(2)));
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"BankAccountDetails", books}})));
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(world->step());
    ASSERT_TRUE(world->crash());
  }
  settle();
  EXPECT_EQ(primary_of(john), acme);
  EXPECT_EQ(xero(joan)["BankAccountDetails"].text(), books);
}

}  // namespace
}  // namespace linchpin::sim
