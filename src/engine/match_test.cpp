#include "engine/match.hpp"

#include <gtest/gtest.h>

#include "engine/small_family.hpp"
#include "sim/world.hpp"

namespace linchpin::engine {
namespace {

class Match : public testing::Test {
 protected:
  Match() : hub(small::hub()), entity(hub->entity(EntityName("contact"))) {}
  Verdict verdict(Values mine, std::vector<Values> theirs,
                  const std::set<std::pair<std::string, std::string>>& crowded = {}) const {
    return compare(entity, mine, {GoldenId("g"), std::move(theirs)}, crowded);
  }
  std::shared_ptr<const model::Hub> hub;
  const model::Entity& entity;
};

Values person(const std::string& given, const std::string& family, Value phone, Value born) {
  return {{"given_name", given}, {"family_name", family}, {"phone", std::move(phone)}, {"born", std::move(born)}};
}

TEST_F(Match, NamesAndTwoIdentifiersAreOnePerson) {
  EXPECT_EQ(
      verdict(person("Mia", "Tan", "+61400000001", "1980-02-03"), {person("Mia", "Tan", "+61400000001", "1980-02-03")}),
      Verdict::Same);
}

TEST_F(Match, ASpellingAnInitialAndTheOrderOfNamesAreTheSameName) {
  for (const auto& [given, family] :
       {std::pair{"Zoë", "O'Brien"}, {"ZOE", "OBRIEN"}, {"Z", "O'Brien"}, {"O'Brien", "Zoe"}})
    EXPECT_EQ(verdict(person("Zoe", "O'Brien", "+61400000001", "1980-02-03"),
                      {person(given, family, "+61400000001", "1980-02-03")}),
              Verdict::Same)
        << given << " " << family;
}

TEST_F(Match, SpousesWhoShareAPhoneAreTwoPeople) {
  EXPECT_EQ(verdict(person("Mia", "Tan", "+61400000001", Value()), {person("Leo", "Tan", "+61400000001", Value())}),
            Verdict::Different);
}

TEST_F(Match, ADifferentDateOfBirthVetoes) {
  EXPECT_EQ(
      verdict(person("Mia", "Tan", "+61400000001", "1980-02-03"), {person("Mia", "Tan", "+61400000001", "1955-11-30")}),
      Verdict::Different);
}

TEST_F(Match, ASlipInADateOfBirthDoesNotVeto) {
  for (const char* slip : {"1980-03-02", "1980-02-08"})
    EXPECT_EQ(verdict(person("Mia", "Tan", "+61400000001", "1980-02-03"), {person("Mia", "Tan", "+61400000001", slip)}),
              Verdict::Doubtful)
        << slip;
}

TEST_F(Match, TheSameNameIsAQuestionWhateverElseIsKnown) {
  EXPECT_EQ(verdict(person("Mia", "Tan", Value(), Value()), {person("Mia", "Tan", "+61400000001", Value())}),
            Verdict::Doubtful);
  EXPECT_EQ(verdict(person("Mia", "Tan", "+61400000002", Value()), {person("Mia", "Tan", "+61400000001", Value())}),
            Verdict::Doubtful);
}

TEST_F(Match, ANearNameWithAnotherPhoneIsAnotherPerson) {
  EXPECT_EQ(verdict(person("M", "Tan", "+61400000002", Value()), {person("Mia", "Tan", "+61400000001", Value())}),
            Verdict::Different);
}

TEST_F(Match, OldValuesOfAnySourceCount) {
  EXPECT_EQ(
      verdict(person("Mia", "Tan", "+61400000001", "1980-02-03"),
              {person("Mia", "Tan-Lee", "+61400000009", "1980-02-03"), person("Mia", "Tan", "+61400000001", Value())}),
      Verdict::Same);
}

TEST_F(Match, AValueThatManyPeopleHoldIdentifiesNobody) {
  EXPECT_EQ(verdict(person("Mia", "Tan", "+61400000001", "1980-02-03"),
                    {person("Mia", "Tan", "+61400000001", "1980-02-03")}, {{"phone", "+61400000001"}}),
            Verdict::Doubtful);
}

TEST_F(Match, KeysAreBlindAndBindTheBirthdayToTheName) {
  const auto world = sim::World::make({});
  ASSERT_TRUE(world);
  Keys& keys = (*world)->keys();
  const std::vector<BlindKey> all = match_keys(entity, person("Mia", "Tan", "+61400000001", "1980-02-03"), keys);
  EXPECT_EQ(all.size(), 3u);
  for (const BlindKey& key : all) {
    EXPECT_EQ(key.key.size(), 16u);
    EXPECT_EQ(key.key.find("614"), std::string::npos);
  }
  const std::vector<BlindKey> other = match_keys(entity, person("Leo", "Ng", "+61400000002", "1980-02-03"), keys);
  for (const BlindKey& a : all)
    for (const BlindKey& b : other) EXPECT_NE(a.key, b.key) << "a birthday alone is no key";
}

// What `likely:` compares, beside the rules.
TEST_F(Match, LikelyKeysFindWhomTheRulesWouldNotAndLikenessTellsThemApart) {
  const auto likely = small::hub({{"entities/contact.yaml", "  same:\n",
                                   "  likely: { compare: [given_name, family_name, phone, born] }\n  same:\n"}});
  const model::Entity& of = likely->entity(EntityName("contact"));
  const Values rosemary = person("Rosemary", "Colefax", "+61429744982", "1963-07-22");
  const Values rosie = person("Rosie", "Colefax", "+61429744982", Value());
  const Values stranger = person("Amir", "Santos", "+61499000111", "1990-01-05");
  const std::vector<matching::Likeness> found =
      likeness(of, {rosie}, {{GoldenId("g_1"), {rosemary}}, {GoldenId("g_2"), {stranger}}});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GT(found[0].probability, 0.5F);
  EXPECT_LT(found[1].probability, 0.01F);
  const auto world = sim::World::make({});
  ASSERT_TRUE(world);
  for (const BlindKey& key : match_keys(of, rosemary, (*world)->keys())) {
    EXPECT_EQ(key.key.size(), 16u);
    for (const char* plain : {"osemary", "olefax", "429744982", "1963"})
      EXPECT_EQ(key.key.find(plain), std::string::npos);
  }
  EXPECT_FALSE(vetoed(of, rosie, {GoldenId("g_1"), {rosemary}}));
  EXPECT_TRUE(vetoed(of, rosemary, {GoldenId("g_2"), {stranger}}));
}

TEST_F(Match, AboveTheBarNobodyIsAskedUnlessTwoAreAboveIt) {
  const auto likely =
      small::hub({{"entities/contact.yaml", "  same:\n",
                   "  likely: { compare: [given_name, family_name, phone, born], accept: 0.9 }\n  same:\n"}});
  const model::Entity& of = likely->entity(EntityName("contact"));
  const Values rosemary = person("Rosemary", "Colefax", "+61429744982", "1963-07-22");
  const Values without = person("Rosemary", "Colefax", "+61429744982", Value());
  const Values jane = person("Jane", "Colefax", "+61429744982", Value());
  const Values other = person("Rosemary", "Colefax", "+61429744982", "1931-02-04");
  const auto same = [&](const std::vector<Candidate>& candidates) {
    std::vector<bool> all;
    for (const matching::Likeness& like : likeness(of, {without}, candidates)) all.push_back(like.same);
    return all;
  };
  EXPECT_EQ(same({{GoldenId("g_1"), {rosemary}}}), std::vector<bool>{true});
  EXPECT_EQ(same({{GoldenId("g_1"), {jane}}}), std::vector<bool>{false}) << "the same household";
  const std::vector<bool> two = same({{GoldenId("g_1"), {rosemary}}, {GoldenId("g_2"), {other}}});
  EXPECT_NE(two, (std::vector<bool>{true, false})) << "two who could be meant: not the better one";
  EXPECT_NE(two, (std::vector<bool>{false, true}));
}

TEST_F(Match, WhatKeysAreMadeByIsAnotherTextWhenTheRulesAreOthers) {
  const std::string before = keys_made_by(entity);
  const auto likely = small::hub(
      {{"entities/contact.yaml", "  same:\n", "  likely: { compare: [given_name, phone], review: 0.4 }\n  same:\n"}});
  const auto bar = small::hub(
      {{"entities/contact.yaml", "  same:\n", "  likely: { compare: [given_name, phone], review: 0.6 }\n  same:\n"}});
  const std::string with = keys_made_by(likely->entity(EntityName("contact")));
  EXPECT_NE(with, before);
  EXPECT_EQ(with, keys_made_by(bar->entity(EntityName("contact")))) << "a bar makes no keys";
}

}  // namespace
}  // namespace linchpin::engine
