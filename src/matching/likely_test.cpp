#include "matching/likely.hpp"

#include <gtest/gtest.h>

namespace linchpin::matching {
namespace {

Record record(const std::string& id, const std::string& given, const std::string& family, const std::string& phone) {
  Fields f;
  f.given_name = given, f.family_name = family, f.phone = phone;
  return {{"", id}, {f}};
}

Terms terms() { return {.accept = 0.9, .review = 0.5, .birth_vetoes = false, .decisions = {}}; }

// Else a pair would be linked or not by who came first.
TEST(Likely, HowRareANameIsDoesNotHangOnWhoElseIsKnown) {
  const Record one = record("", "Mereana", "Colefax", "0429744982"),
               same = record("1", "Merana", "Colefax", "0429744982");
  std::vector<Record> many{same};
  for (int i = 0; i < 60; ++i)
    many.push_back(record("9" + std::to_string(i), "Mereana", "Colefax", "04120000" + std::to_string(10 + i)));
  EXPECT_EQ(likeness(one, {same}, built_in_model(), terms())[0].probability,
            likeness(one, many, built_in_model(), terms())[0].probability);
}

// "Merana" is a slip, and no name of its own; "Mark" and "Mary" are two.
TEST(Likely, ARareNameIsNoUsualOne) {
  const auto between = [](const char* one, const char* other) {
    return likeness(record("", one, "Colefax", "0429744982"), {record("1", other, "Colefax", "0429744982")},
                    built_in_model(), terms())[0]
        .comparison.given;
  };
  EXPECT_EQ(between("Mereana", "Merana"), Given::Near);
  EXPECT_EQ(between("Mark", "Mary"), Given::Like);
}

TEST(Likely, AFrequentNameSaysLessThanARareOne) {
  Model model = built_in_model();
  model.names = {.names = 30'000, .given = {{"jane", 3'000}}, .family = {{"kelly", 3'000}}};
  const auto of = [&](const char* given, const char* family) {
    return likeness(record("", given, family, ""), {record("1", given, family, "")}, model, terms())[0].probability;
  };
  EXPECT_LT(of("Jane", "Kelly"), of("Mereana", "Colefax"));
}

TEST(Likely, TheBuiltInModelKnowsFrequentNamesAndNoRareOnes) {
  const NameCounts& names = built_in_model().names;
  EXPECT_GT(names.names, 10'000u);
  EXPECT_GT(names.given.size(), 50u);
  EXPECT_GT(names.family.size(), 50u);
  for (const auto& listed : {names.given, names.family})
    for (const auto& [name, count] : listed) EXPECT_GE(count, NameCounts::listed_from) << name;
}

TEST(Likely, TwoWhoCouldBeMeantAreAQuestionAndNotTheBetterOne) {
  const Record one = record("", "Rosemary", "Colefax", "0429744982"),
               same = record("1", "Rosemary", "Colefax", "0429744982");
  Record born = one, elder = one;
  born.id.id = "2", elder.id.id = "3";
  born.fields[0].date_of_birth = "1963-07-22", elder.fields[0].date_of_birth = "1931-02-04";
  EXPECT_TRUE(likeness(one, {same}, built_in_model(), terms())[0].same);
  const std::vector<Likeness> two = likeness(one, {born, elder}, built_in_model(), terms());
  EXPECT_EQ(two[0].same, two[1].same);
}

// A name in two words of which one agrees said nothing against it, and the wife became the husband.
TEST(Likely, WhoIsNoOnePersonIsNotLinkedUnasked) {
  const auto between = [](const char* family, const char* other) {
    Record one = record("", "Una", family, "0429744982"), same = record("1", "Una", other, "0429744982");
    one.fields[0].email = same.fields[0].email = "una@x.example";
    return likeness(one, {same}, built_in_model(), terms())[0];
  };
  EXPECT_TRUE(between("Zettel", "Zettel").same);
  for (const char* other : {"Zettel Family Trust", "Zettel Pty Ltd", "Zettel Jr", "Zettel & Tom Zettel"}) {
    const Likeness like = between("Zettel", other);
    EXPECT_FALSE(like.same) << other;
    EXPECT_GE(like.probability, 0.5F) << other << " is asked about";
  }
}

TEST(Likely, WithoutABarToAcceptFromNobodyIsTheSameUnasked) {
  Terms t = terms();
  t.accept = 2;
  const Record one = record("", "Rosemary", "Colefax", "0429744982"),
               same = record("1", "Rosemary", "Colefax", "0429744982");
  EXPECT_FALSE(likeness(one, {same}, built_in_model(), t)[0].same);
}

}  // namespace
}  // namespace linchpin::matching
