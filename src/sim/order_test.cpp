// The order in which records come changes nothing: one at a time, in any order, with crashes in between, they are the
// golden records of a first load, with the same questions before anybody has answered and the same values afterwards.
#include <gtest/gtest.h>

#include "sim/client_book.hpp"

namespace linchpin::sim {
namespace {

// By rules alone: who agrees in a name and two more is the same; who agrees in the name is asked about.
const Client by_rules[] = {
    {1, true, "Jane", "Kelly", "jane.kelly@x.example", "412704937"},
    {1, false, "Jane", "Kelly", "jane.kelly@x.example", "412704937"},
    // Two of one name, each in both systems: one question, whoever comes first.
    {2, true, "Ann", "Lee", "ann.lee@x.example", "412000331"},
    {2, false, "Ann", "Lee", "ann.lee@x.example", "412000331"},
    {3, true, "Ann", "Lee", "annie@y.example", "412999001"},
    {3, false, "Ann", "Lee", "annie@y.example", "412999001"},
    // One who has moved, and father and son.
    {4, true, "Mia", "Tan", "mia@x.example", "412555001"},
    {4, false, "Mia", "Tan", "mia.tan@old.example", "412555001"},
    {5, true, "Leo", "Ng", "leo@x.example", "412555099"},
    {6, false, "Leo", "Ng", "leo.junior@y.example", "412555099"},
    // Spouses who share a mailbox and a phone are two, and nobody asks.
    {7, true, "Qiang", "Nguyen", "nguyens@x.example", "412777111"},
    {8, false, "Amir", "Nguyen", "nguyens@x.example", "412777111"},
};

const Client likely[] = {
    {1, true, "Rosemary", "Colefax", "rosemary.colefax@x.example", "429744982"},
    {1, false, "Rosie", "Colefax", "colefax.r@y.example", "429744982"},
    {2, true, "Jane", "Kelly", "jane.kelly@x.example", "412704937"},
    {2, false, "Jane", "Kelly", "janek77@y.example", "412704937"},
    {3, true, "Ryan", "Boxer", "ryan.boxer@x.example", "412888101"},
    {4, false, "Ryan", "Boxer", "boxer.old@y.example", "412888777"},
    // Each in both systems, and of one name: whoever comes third or fourth is one of two.
    {5, true, "Mark", "Lindgren", "lindgren@x.example", "412555001"},
    {5, false, "Mark", "Lindgren", "lindgren@x.example", "412555001"},
    {6, true, "Mark", "Lindgren", "mark@y.example", "412555777"},
    {6, false, "Mark", "Lindgren", "mark@y.example", "412555777"},
    {7, true, "Tracey", "Macdonald", "tracey.m@x.example", "412555099"},
    {7, false, "Traci", "McDonald", "tracey.m@y.example", "412555099"},
    {8, true, "Amelia", "Riede-Wright", "amelia.rw@x.example", "412777001"},
    {8, false, "Amelia", "Wright", "amelia.w@y.example", "412777001"},
};

class Order : public ClientBook {
 protected:
  void as_a_first_load(const std::shared_ptr<const model::Hub>& hub, std::span<const Client> clients,
                       std::size_t golden_records, int shuffles = 5) {
    make(hub);
    first_load(clients);
    const std::set<std::string> found = partition(), asked = questions();
    answer_all();
    const std::set<std::string> batch = partition();
    EXPECT_EQ(batch.size(), golden_records);
    shuffled(hub, clients, shuffles, 11, [&] {
      EXPECT_EQ(partition(), found) << "before anybody has answered";
      EXPECT_EQ(questions(), asked);
      answer_all();
      EXPECT_EQ(partition(), batch);
    });
  }
};

TEST_F(Order, ByRulesTheGoldenRecordsAndTheQuestionsAreThoseOfAFirstLoad) {
  as_a_first_load(likely_hub("", "link"), by_rules, 8);
}

TEST_F(Order, LikelyPairsToo) { as_a_first_load(likely_hub("accept: 0.90, review: 0.30", "link"), likely, 8); }

// Books of a few people whose names and numbers repeat, each in one system or in both, as somebody wrote it down there.
struct Made {
  std::vector<std::string> texts;
  std::vector<Client> clients;
};
Made made_book(std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  Made book;
  book.texts.reserve(200);
  const auto text = [&](std::string t) { return book.texts.emplace_back(std::move(t)).c_str(); };
  const char *givens[] = {"Ann", "Leo", "Mia"}, *families[] = {"Lee", "Ng"};
  const char* household = text("4120003" + std::to_string(10 + seed % 90));
  for (int person = 1; person <= 6; ++person) {
    const std::string n = std::to_string(person), at = "@" + std::string(1, static_cast<char>('a' + person));
    const char *given = givens[chance() % 3], *family = families[chance() % 2];
    const char *email = text("p" + n + at + ".example"), *other = text("old" + n + at + ".example");
    const char* phone = chance() % 3 == 0 ? household : text("41255500" + n);
    const std::uint64_t in = chance() % 4;
    if (in != 0) book.clients.push_back({person, true, given, family, email, phone});
    if (in != 1)
      book.clients.push_back(
          {person, false, given, family, chance() % 3 == 0 ? other : email, chance() % 4 == 0 ? "" : phone});
  }
  return book;
}

TEST_F(Order, OfAnyBook) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Made book = made_book(seed);
    SCOPED_TRACE("book " + std::to_string(seed));
    as_a_first_load(likely_hub("", "link"), book.clients, 6, 2);
  }
}

// Father and son of one name, whom only a person can tell apart.
class InDoubt : public ClientBook {
 protected:
  void both_are_there() {
    make(likely_hub("", "live"));
    enter(leo), enter(junior);
    settle();
    ASSERT_EQ(open().items().size(), 1u) << pretty(open());
    EXPECT_EQ(goldens().items().size(), 2u) << "each is a golden record of its own";
  }
  void come(const char* mode, bool crm_first) {
    make(likely_hub("", mode));
    std::mt19937_64 chance(3);
    one_at_a_time({crm_first ? &leo : &junior, crm_first ? &junior : &leo}, chance);
    ASSERT_EQ(open().items().size(), 1u) << pretty(open());
    EXPECT_EQ(goldens().items().size(), 2u);
  }
  std::size_t in(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object].items().size();
  }
  std::size_t goldens_in(const char* system, const std::string& email) {
    std::size_t found = 0;
    for (const Json& golden : goldens().items())
      for (const Json& link : golden["links"].items())
        found += link["system"].text() == system && golden["fields"]["email"]["value"].text() == email;
    return found;
  }
  std::size_t in_both() { return in("hubspot", "contacts") * 10 + in("xero", "Contacts"); }
  std::size_t checks() { return in("idcheck", "verifications"); }
  const Client leo{5, true, "Leo", "Ng", "leo@x.example", "412555099"};
  const Client junior{6, false, "Leo", "Ng", "leo.junior@y.example", "412555099"};
};

TEST_F(InDoubt, NeitherIsMadeWhereTheOtherIsUntilAPersonSays) {
  for (const bool are_one : {false, true}) {
    both_are_there();
    EXPECT_EQ(in_both(), 11u);
    ASSERT_TRUE(world->crash());
    answer(open()[0], are_one ? "accept" : "reject");
    ASSERT_TRUE(world->crash());
    settle();
    EXPECT_EQ(in_both(), are_one ? 11u : 22u);
    EXPECT_EQ(goldens().items().size(), are_one ? 1u : 2u);
    EXPECT_TRUE(open().items().empty()) << pretty(open());
  }
}

// A first load fires nothing, nor does an answer that comes later; but what has become of them since is not forgotten.
TEST_F(InDoubt, WhomAFirstLoadBroughtIsCheckedWhenTheyHaveBecomeAClientAndNotSinceTheDoubtEnds) {
  for (const bool becomes : {false, true}) {
    make(likely_hub("", "live"));
    enter(junior), enter(leo);
    const auto stage = [&](const char* now) {
      for (const auto& [record, client] : of)
        if (client->in_crm)
          ASSERT_TRUE(world->edit("hubspot", "contacts", record, Json::object({{"lifecyclestage", now}})));
    };
    stage("lead");
    settle();
    ASSERT_EQ(open().items().size(), 1u) << pretty(open());
    ASSERT_EQ(open()[0]["system"].text(), "hubspot") << "the lead waits";
    if (becomes) stage("customer");
    ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
    ASSERT_TRUE(world->crash());
    settle();
    EXPECT_EQ(checks(), 0u) << "nothing is asked about who may be somebody else";
    answer(open()[0], "reject");
    EXPECT_EQ(checks(), becomes ? 1u : 0u);
  }
}

TEST_F(InDoubt, WhoComesSecondIsMadeNowhereAndNothingIsAskedAboutThem) {
  for (const bool crm_first : {true, false})
    for (const bool are_one : {false, true}) {
      come("live", crm_first);
      const std::size_t there = crm_first ? 12u : 21u;  // the first one was made in the other system at once
      EXPECT_EQ(in_both(), there);
      EXPECT_EQ(checks(), 1u);
      answer(open()[0], are_one ? "accept" : "reject");
      ASSERT_TRUE(world->crash());
      settle();
      EXPECT_EQ(in_both(), are_one ? there : 22u);
      EXPECT_EQ(checks(), are_one ? 1u : 2u);
      for (const Json& left : open().items())  // whose e-mail it is, of two records that HubSpot has of one
        EXPECT_EQ(left["kind"].text(), "unique_taken") << pretty(left);
    }
}

// What was in doubt is edited, and is plain then: the two are one with nobody asked, whichever of them came first.
TEST_F(InDoubt, WhatAnEditMakesPlainIsNotAskedAnyMore) {
  for (const bool crm_first : {true, false}) {
    come("link", crm_first);
    for (const auto& [record, client] : of)
      if (!client->in_crm)
        ASSERT_TRUE(world->edit("xero", "Contacts", record, Json::object({{"EmailAddress", "leo@x.example"}})));
    ASSERT_TRUE(world->crash());
    ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
    settle();
    EXPECT_TRUE(open().items().empty()) << pretty(open());
    EXPECT_EQ(goldens().items().size(), 1u) << pretty(goldens());
    EXPECT_EQ(in_both(), 11u);
  }
}

// Whoever has a place to go still is held back when the other one turns up there, and stays so when the record that was
// asked about is deleted, since the other one has another.
TEST_F(InDoubt, WhoeverMayBeAnotherIsNotMadeWhereThatOneHasARecordByNow) {
  make(likely_hub("", "live"));
  settle();
  const auto at_xero = [&](const char* verb) {
    ASSERT_TRUE(world->ask(Json::object({{"command", verb}, {"system", "xero"}, {"by", "mia"}})));
  };
  at_xero("pause");
  const Client junior_in_crm{6, true, "Leo", "Ng", "leo.junior@y.example", "412555099"};
  for (const Client* c : {&leo, &junior_in_crm, &junior}) {
    enter(*c);
    ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
  }
  at_xero("resume");
  ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
  settle();
  EXPECT_EQ(in_both(), 21u) << "the son is in both, and the father may be him";
  ASSERT_EQ(open().items().size(), 1u) << pretty(open());
  for (const auto& [record, client] : std::map(of))
    if (client == &junior_in_crm) {
      EXPECT_EQ(open()[0]["record"].text(), record);
      ASSERT_TRUE(world->edit("hubspot", "contacts", record, Json::object({{"archived", true}})));
    }
  ASSERT_TRUE(world->run_for(std::chrono::minutes(40)));
  settle();
  ASSERT_EQ(open().items().size(), 1u) << pretty(open());
  EXPECT_EQ(in("xero", "Contacts"), 1u);
  answer(open()[0], "reject");
  EXPECT_EQ(in("xero", "Contacts"), 2u);
}

TEST_F(InDoubt, NobodyWaitsForSomebodyWhoIsGone) {
  for (const bool crm_first : {true, false}) {
    make(likely_hub("", "live"));
    settle();
    ASSERT_TRUE(world->ask(Json::object({{"command", "pause"}, {"flow", "clients"}, {"by", "mia"}})));
    enter(crm_first ? leo : junior);
    ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
    enter(crm_first ? junior : leo);
    ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
    ASSERT_TRUE(world->ask(Json::object({{"command", "resume"}, {"flow", "clients"}, {"by", "mia"}})));
    settle();
    ASSERT_EQ(open().items().size(), 1u) << pretty(open());
    for (const auto& [record, client] : std::map(of))
      if (client == &leo) ASSERT_TRUE(world->edit("hubspot", "contacts", record, Json::object({{"archived", true}})));
    ASSERT_TRUE(world->run_for(std::chrono::minutes(40)));
    settle();
    EXPECT_TRUE(open().items().empty()) << pretty(open());
    EXPECT_EQ(goldens_in("hubspot", "leo.junior@y.example"), 1u) << "he is made where nobody is like him any more";
  }
}

}  // namespace
}  // namespace linchpin::sim
