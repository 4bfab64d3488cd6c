// Dead letters that are given up, with the whole line in the simulated world.
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class DeadLetters : public SmallPractice {
 protected:
  void SetUp() override { open({}); }
  Json letters() { return ask(Json::object({{"command", "dead-letters.list"}}))["items"]; }
  Result<Json> discard(const std::string& id, const std::string& system = "") {
    return world->ask(
        Json::object({{"command", "dead-letters.discard"}, {"id", id}, {"system", system}, {"by", "mia"}}));
  }
  // Somebody of whom nothing but a name is known becomes a client, and cannot be checked.
  void unknown_becomes_a_client() {
    const auto made =
        world->edit("hubspot", "contacts", "",
                    Json::object({{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"lifecyclestage", "lead"}}));
    ASSERT_TRUE(made);
    noor = (*made)["id"].text();
    becomes("customer");
  }
  void becomes(const char* stage) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"lifecyclestage", stage}})));
    wait(minutes(1));
    settle();
  }
  std::string verification() {
    return record("hubspot", "contacts", "id", noor)["properties"]["identity_verification"].text();
  }
  std::size_t checks() { return state("idcheck", "verifications").items().size(); }

  std::string noor;
};

TEST_F(DeadLetters, AnOperationThatIsGivenUpIsAskedForAgainWhenItsEventComesAgain) {
  unknown_becomes_a_client();
  ASSERT_EQ(letters().items().size(), 1u);
  EXPECT_EQ(letters()[0]["code"].text(), "write_refused");
  EXPECT_EQ(verification(), "pending");
  const std::size_t before = checks();
  ASSERT_TRUE(discard(letters()[0]["id"].text()));
  EXPECT_TRUE(letters().items().empty());
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_TRUE(letters().items().empty()) << "for good";
  EXPECT_EQ(checks(), before);
  EXPECT_EQ(verification(), "none") << "no check is under way";
  ASSERT_TRUE(world->edit("hubspot", "contacts", noor, Json::object({{"email", "noor@x.example"}})));
  becomes("lead");
  becomes("customer");
  EXPECT_EQ(checks(), before + 1);
}

TEST_F(DeadLetters, AWriteThatIsGivenUpIsNotMadeAgainUntilThereIsAnotherToMake) {
  ASSERT_TRUE(world->edit("xero", "Contacts", xero, Json::object({{"ContactStatus", "GDPRREQUEST"}})));
  wait(minutes(1));
  edit_in_hubspot(Json::object({{"firstname", "Avery"}}));
  wait(minutes(1));
  settle();
  ASSERT_FALSE(letters().items().empty()) << "Xero takes no edit of one that is to be forgotten";
  ASSERT_TRUE(discard("all", "xero"));
  EXPECT_TRUE(letters().items().empty());
  ASSERT_TRUE(world->run_for(minutes(30)));
  settle();
  EXPECT_TRUE(letters().items().empty());
  edit_in_hubspot(Json::object({{"firstname", "Blake"}}));
  wait(minutes(1));
  settle();
  EXPECT_FALSE(letters().items().empty()) << "another write";
}

TEST_F(DeadLetters, WhatCouldNotBeReadWaitsForNobodyWhenItsRecordIsGoneAndComesBackWithIt) {
  const auto there = [&](const Json& properties) {
    edit_in_hubspot(properties);
    wait(minutes(3));
    settle();
    return letters().items().size();
  };
  ASSERT_EQ(there(Json::object({{"phone", "ask the assistant"}})), 1u);
  EXPECT_EQ(letters()[0]["field"].text(), "phone");
  EXPECT_EQ(there(Json::object({{"archived", true}})), 0u) << "no retry could read it";
  EXPECT_EQ(there(Json::object({{"archived", false}})), 1u);
  EXPECT_EQ(there(Json::object({{"phone", "0412 345 678"}})), 0u);
}

TEST_F(DeadLetters, WhatIsNotThereIsSaid) {
  EXPECT_FALSE(discard("d0000000000000"));
  EXPECT_TRUE(discard("all", "hubspot")) << "of none, none";
  const Result<Json> misspelt = discard("all", "hubspt");
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().code, Code::NotFound);
  EXPECT_FALSE(world->ask(Json::object({{"command", "dead-letters.retry"}, {"id", "all"}, {"kind", "delivry"}})));
}

TEST_F(DeadLetters, ACodeThatNobodyKnowsIsAnsweredWithThoseThatWait) {
  const auto retry = [&](const char* code) {
    return world->ask(Json::object({{"command", "dead-letters.retry"}, {"id", "all"}, {"code", code}}));
  };
  const Result<Json> none = retry("typo");
  ASSERT_FALSE(none);
  EXPECT_EQ(to_text(none.error()), "there is no code 'typo'. No dead letter waits.");
  const Result<Json> quiet = retry("write_refused");
  ASSERT_TRUE(quiet) << "a code of errors.md that none has";
  EXPECT_EQ((*quiet)["retried"].integer(), 0);
  unknown_becomes_a_client();
  const Result<Json> some = retry("typo");
  ASSERT_FALSE(some);
  EXPECT_EQ(to_text(some.error()), "there is no code 'typo'. Those that wait have write_refused.");
}

}  // namespace
}  // namespace linchpin::sim
