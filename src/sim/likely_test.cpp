// Likely pairs with the whole line in the simulated world: who may be one person is asked before anything is created
// for them, and an answer outlives every rematch.
#include <gtest/gtest.h>

#include "sim/client_book.hpp"
#include "sim/hubs.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Likely : public testing::Test {
 protected:
  // Rosemary is Rosie in the accounts.
  void make(std::shared_ptr<const model::Hub> hub) {
    ASSERT_TRUE(hub);
    auto made = World::make({.seed = 5, .hub = std::move(hub)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const Json crm = holding(
        "contacts", {in_hubspot("50000001037", "Rosemary", "Colefax", "rosemary.colefax@x.example", "0429 744 982"),
                     in_hubspot("50000001074", "Jane", "Kelly", "jane.kelly@x.example", "0412 704 937")});
    const Json accounts = holding(
        "Contacts",
        {in_xero("8f1c0000-0000-4000-8000-000000000001", "Rosie", "Colefax", "colefax.r@y.example", "429744982"),
         in_xero("8f1c0000-0000-4000-8000-000000000002", "Amir", "Santos", "amir@x.example", "499000111")});
    ASSERT_TRUE(world->vendor("hubspot").seed(crm, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(accounts, world->now()));
    settle();
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Json open() { return world->ask(Json::object({{"command", "review.list"}})).value_or(Json())["items"]; }
  void answer(const Json& review, const char* how) {
    ASSERT_TRUE(
        world->ask(Json::object({{"command", std::string("review.") + how}, {"id", review["id"]}, {"by", "mia"}})));
    settle();
  }
  std::size_t in(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object].items().size();
  }
  std::size_t in_both() { return in("hubspot", "contacts") * 10 + in("xero", "Contacts"); }

  std::unique_ptr<World> world;
};

TEST_F(Likely, WhoNoRuleLinksAndIsLikelyTheSameIsAskedAndNotCreatedTwice) {
  make(likely_hub());
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u);
  EXPECT_EQ(asked[0]["code"].text(), "likely");
  EXPECT_EQ(asked[0]["message"].text().find("olefax"), std::string::npos) << "no value is told";
  EXPECT_NE(asked[0]["message"].text().find("given_name near"), std::string::npos) << asked[0]["message"].text();
  EXPECT_EQ(in_both(), 33u) << "Jane and Amir are in both, Rosemary as she was";
  EXPECT_EQ(asked[0]["stake"]["waits"], Json::list({"hubspot", "xero"})) << "each of the two where she is not";
  EXPECT_EQ(asked[0]["stake"]["fields"], Json::list({"email", "given_name"})) << pretty(asked[0]);
  answer(asked[0], "accept");
  EXPECT_EQ(in_both(), 33u);
  EXPECT_TRUE(open().items().empty());
}

TEST_F(Likely, ANoIsTwoPeopleAndStaysSo) {
  make(likely_hub());
  answer(open()[0], "reject");
  EXPECT_EQ(in_both(), 44u);
  ASSERT_TRUE(world->edit("xero", "Contacts", "8f1c0000-0000-4000-8000-000000000001",
                          Json::object({{"EmailAddress", "r.colefax@y.example"}})));
  settle();
  const Json left = open();
  for (const Json& review : left.items()) EXPECT_NE(review["kind"].text(), "match") << pretty(review);
  EXPECT_EQ(in_both(), 44u);
}

TEST_F(Likely, AHubThatDoesNotAskForItLinksByRulesAlone) {
  make(hub_of(0).value());
  EXPECT_TRUE(open().items().empty());
  EXPECT_EQ(in_both(), 44u);
}

// Jane has moved to another e-mail address in the accounts: the rules find too little that agrees, and would ask.
Json jane_in_xero(const char* id, const char* name = "Jane Kelly") {
  return in_xero(id, "Jane", "Kelly", "janek77@y.example", "412704937").with("Name", name);
}

class LikelyAccepted : public Likely {
 protected:
  void make(const std::string& bars, Json::List accounts, const std::string& protect = "") {
    auto made = World::make({.seed = 5, .hub = likely_hub(bars, "live", protect)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const Json crm =
        holding("contacts", {in_hubspot("50000001074", "Jane", "Kelly", "jane.kelly@x.example", "0412 704 937")});
    ASSERT_TRUE(world->vendor("hubspot").seed(crm, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(holding("Contacts", std::move(accounts)), world->now()));
    settle();
  }
};

TEST_F(LikelyAccepted, WhoIsAboveTheBarIsLinkedAndNobodyIsAsked) {
  make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")});
  EXPECT_TRUE(open().items().empty()) << pretty(open());
  EXPECT_EQ(in_both(), 11u);
}

TEST_F(LikelyAccepted, WithoutABarOneIsAsked) {
  make("review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")});
  EXPECT_EQ(open().items().size(), 1u);
  EXPECT_EQ(in_both(), 11u);
}

TEST_F(LikelyAccepted, ASecondRecordOfOneSystemIsNeverLinkedUnasked) {
  make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001"),
                                      jane_in_xero("8f1c0000-0000-4000-8000-000000000002", "J Kelly")});
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u) << pretty(asked);
  EXPECT_EQ(asked[0]["code"].text(), "second_record");
  EXPECT_EQ(in_both(), 12u);
}

TEST_F(LikelyAccepted, WhoIsProtectedIsLinkedByAPersonOnly) {
  const auto protected_by = [&](const char* condition) {
    make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")}, condition);
    const Json asked = open();
    EXPECT_EQ(in_both(), 11u) << "nobody is created meanwhile";
    if (asked.items().empty()) return false;
    EXPECT_EQ(asked[0]["code"].text(), "protected") << pretty(asked);
    answer(asked[0], "accept");
    EXPECT_TRUE(open().items().empty());
    EXPECT_EQ(in_both(), 11u);
    return true;
  };
  EXPECT_TRUE(protected_by("verification is verified, lifecycle_stage is client"));
  EXPECT_FALSE(protected_by("lifecycle_stage is former"));
}

// They have no keys of the likely matcher yet: those are made before anything more is matched, through crashes too.
TEST_F(Likely, WhoWasLinkedBeforeTheHubAskedForItIsFoundByItAfterwards) {
  make(hub_of(0).value());
  ASSERT_TRUE(world->change_hub(likely_hub()));
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_TRUE(open().items().empty()) << pretty(open());
  ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                          Json::object({{"firstname", "Amir"},
                                        {"lastname", "Santoz"},
                                        {"email", "amir.s@z.example"},
                                        {"phone", "0499 000 111"},
                                        {"lifecyclestage", "customer"}})));
  ASSERT_TRUE(world->run_for(minutes(5)));
  settle();
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u) << pretty(asked);
  EXPECT_EQ(asked[0]["code"].text(), "likely");
}

// Two systems' records of one book of people, who are alike in all the ways that are hard.
const Client clients[] = {
    {1, true, "Rosemary", "Colefax", "rosemary.colefax@x.example", "429744982"},
    {1, false, "Rosie", "Colefax", "colefax.r@y.example", "429744982"},
    {2, true, "Jane", "Kelly", "jane.kelly@x.example", "412704937"},
    {2, false, "Jane", "Kelly", "janek77@y.example", "412704937"},
    {3, true, "William", "Zanberg", "w.zanberg@x.example", "412000331"},
    {3, false, "Bill", "Zanberg", "zanbergs@y.example", "412000331"},
    {4, false, "Mary", "Zanberg", "mary.zanberg@y.example", "412000331"},
    {5, true, "Ryan", "Boxer", "ryan.boxer@x.example", "412888101"},
    {6, false, "Ryan", "Boxer", "boxer.old@y.example", "412888777"},
    {7, true, "Mark", "Lindgren", "lindgren@x.example", "412555001"},
    {8, false, "Mary", "Lindgren", "lindgren.family@x.example", "412555001"},
    {9, true, "Tracey", "Macdonald", "tracey.m@x.example", "412555099"},
    {9, false, "Traci", "McDonald", "tracey.m@y.example", "412555099"},
    {10, true, "Amelia", "Riede-Wright", "amelia.rw@x.example", "412777001"},
    {10, false, "Amelia", "Wright", "amelia.w@y.example", "412777001"},
    {11, true, "Qiang", "Nguyen", "qnguyen@x.example", "412777111"},
    {12, false, "Amir", "Santos", "amir@y.example", "499000111"},
};

class LikelyBook : public ClientBook {};

TEST_F(LikelyBook, FiveShufflesOneAtATimeWithCrashesGiveTheGoldenRecordsOfAFirstLoad) {
  const auto hub = likely_hub("accept: 0.90, review: 0.30", "link");
  make(hub);
  first_load(clients);
  EXPECT_FALSE(open().items().empty()) << "some are asked about";
  const Json found = goldens();
  EXPECT_TRUE(std::any_of(found.items().begin(), found.items().end(), [](const Json& golden) {
    return golden["links"].items().size() == 2;
  })) << "some are linked, and nobody is asked";
  answer_all();
  const std::set<std::string> batch = partition();
  EXPECT_EQ(batch.size(), 12u);
  shuffled(hub, clients, 5, 7, [&] {
    answer_all();
    EXPECT_EQ(partition(), batch);
  });
}

}  // namespace
}  // namespace linchpin::sim
