#include "matching/partition.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace linchpin::matching {
namespace {

Fields named(const std::string& given, const std::string& family) {
  Fields f;
  f.given_name = given, f.family_name = family;
  return f;
}

// A small book with all that is hard: each person's records differ a little, and households share what they have.
std::vector<Record> small_book(std::uint64_t seed, std::size_t people) {
  std::mt19937_64 chance(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
  static const char* givens[] = {"William", "Bill", "Jane", "Jan", "Robert", "Amelia", "Qiang", "Tracey", "Traci"};
  static const char* families[] = {"Kelly", "Nguyen", "Riede-Wright", "Wright", "MacDonald", "McDonald"};
  std::vector<Record> book;
  for (std::size_t p = 0; p < people; ++p) {
    Fields f;
    f.given_name = givens[below(9)], f.family_name = families[below(6)];
    f.email = f.given_name + std::to_string(p / 2) + "@x.example";
    f.phone = "04127049" + std::to_string(10 + below(40));
    f.street = std::to_string(1 + below(5)) + " Longmore Cres", f.suburb = "Cooroy", f.postcode = "4563";
    f.date_of_birth = "19" + std::to_string(50 + below(40)) + "-0" + std::to_string(1 + below(9)) + "-11";
    for (std::size_t copy = 0; copy < 1 + below(3); ++copy) {
      Fields g = f;
      if (below(3) == 0) g.date_of_birth.clear();
      if (below(3) == 0) g.phone.clear();
      if (below(3) == 0) g.given_name = g.given_name.substr(0, 1);
      if (below(4) == 0) g.email.clear();
      book.push_back({{copy == 1 ? "books" : "crm", std::to_string(book.size())}, {g}});
    }
  }
  return book;
}

// The partition as sets of ids: what is compared, since a golden record's number is nothing.
std::set<std::set<RecordId>> sets_of(const Book& book, const Partition& found) {
  std::map<std::uint32_t, std::set<RecordId>> by_golden;
  for (std::uint32_t r = 0; r < book.size(); ++r) by_golden[found.golden[r]].insert(book.id(r));
  std::set<std::set<RecordId>> sets;
  for (auto& [golden, ids] : by_golden) sets.insert(std::move(ids));
  return sets;
}

Terms terms() { return {.accept = 0.9, .review = 0.3, .birth_vetoes = true, .decisions = {}}; }

std::set<std::set<RecordId>> matched(std::vector<Record> records, const Terms& t) {
  const Book book(std::move(records));
  return sets_of(book, match(book, built_in_model(), t));
}

TEST(Partition, TheModelThatIsBuiltInIsWhole) {
  EXPECT_EQ(built_in_model().first.size(), first_names().size());
  EXPECT_EQ(built_in_model().second.size(), second_names().size());
  EXPECT_FALSE(built_in_model().made_from.empty());
  const Result<Model> again = parse_model(to_text(built_in_model()));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(to_text(*again), to_text(built_in_model()));
}

TEST(Partition, AModelOfAnotherVersionIsRefused) {
  EXPECT_FALSE(parse_model("{}").has_value());
  EXPECT_FALSE(parse_model(R"({"format":"linchpin.match","version":2})").has_value());
  EXPECT_FALSE(
      parse_model(R"({"format":"linchpin.match","version":1,"accept":0.9,"review":0.3,"first":{"nose=long":1}})")
          .has_value());
  EXPECT_FALSE(parse_model(R"({"format":"linchpin.match","version":1,"accept":0.2,"review":0.3})").has_value());
}

TEST(Partition, FiveShufflesGiveOnePartition) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    std::vector<Record> records = small_book(seed, 120);
    const auto expected = matched(records, terms());
    EXPECT_LT(expected.size(), records.size());  // something was put together
    std::mt19937_64 chance(seed);
    for (int shuffle = 0; shuffle < 5; ++shuffle) {
      std::shuffle(records.begin(), records.end(), chance);
      EXPECT_EQ(matched(records, terms()), expected) << "seed " << seed;
    }
  }
}

TEST(Partition, AnswersOfPeopleStandBeforeEvidence) {
  Fields jane = named("Jane", "Zanberg"), other = named("Robert", "Kelly");
  jane.email = "jane.zanberg@x.example", jane.phone = "0412704937", jane.date_of_birth = "1981-12-15";
  const std::vector<Record> records = {{{"a", "1"}, {jane}}, {{"b", "1"}, {jane}}, {{"c", "1"}, {other}}};
  EXPECT_EQ(matched(records, terms()).size(), 2u);
  Terms t = terms();
  t.decisions = {{{"a", "1"}, {"b", "1"}, false}, {{"a", "1"}, {"c", "1"}, true}};
  const auto decided = matched(records, t);
  EXPECT_TRUE(decided.contains({{"a", "1"}, {"c", "1"}}));
  EXPECT_TRUE(decided.contains({{"b", "1"}}));
}

TEST(Partition, TwoDatesOfBirthThatDifferAreTwoPeopleWhereTheHubSaysSo) {
  Fields one = named("Jane", "Zanberg");
  one.email = "jane.zanberg@x.example", one.phone = "0412704937", one.date_of_birth = "1981-12-15";
  Fields two = one;
  two.date_of_birth = "1952-03-27";
  const std::vector<Record> records = {{{"a", "1"}, {one}}, {{"b", "1"}, {two}}};
  EXPECT_EQ(matched(records, terms()).size(), 2u);
  const Book book(records);
  EXPECT_TRUE(match(book, built_in_model(), terms()).questions.empty());
}

TEST(Partition, ACoupleATrustAndASonAreAskedAboutAndNotTakenForOneOfThem) {
  std::vector<Record> records;
  const auto add = [&](const Fields& one, const Fields& other) {
    const std::string n = std::to_string(records.size() / 2);
    for (const bool first : {true, false}) {
      Fields f = first ? one : other;
      f.email = "box" + n + "@x.example", f.phone = "0412 704 20" + n;
      records.push_back({{first ? "crm" : "books", n}, {f}});
    }
  };
  add(named("Jane", "Kellman"), named("Jane & John", "Kellman"));
  add(named("Una", "Zettel"), named("Una", "Zettel Family Trust"));
  add(named("John", "Smithson Jr"), named("John", "Smithson Sr"));
  add(named("Mr", "Tannahill"), named("Mrs", "Tannahill"));
  add(named("Rosemary", "Colefax"), named("Rosemary", "Colefax"));
  const Book book(records);
  const Partition found = match(book, built_in_model(), {});
  EXPECT_EQ(found.questions.size(), 4u);
  EXPECT_EQ(sets_of(book, found).size(), 9u);
}

TEST(Partition, WhoIsHardlyLikelyIsAskedAboutWhereSomebodyWantsToKnow) {
  const Book book({{{"crm", "1"}, {named("Jane", "Kelly")}}, {{"books", "2"}, {named("Jean", "Nguyen")}}});
  const auto asked = [&](double review) {
    return partition(book, {{0, 1}}, {0.02F}, {.accept = 0.99, .review = review, .birth_vetoes = true, .decisions = {}})
        .questions.size();
  };
  EXPECT_EQ(asked(0.01), 1u);
  EXPECT_EQ(asked(0.03), 0u);
}

// So many records, each third one of another system, and what match makes of them.
Partition many(std::size_t count, const Fields& fields, const Terms& t) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) records.push_back({{i % 3 == 0 ? "a" : "b", std::to_string(i)}, {fields}});
  return match(Book(std::move(records)), built_in_model(), t);
}
std::size_t people_in(const Partition& found) { return std::set(found.golden.begin(), found.golden.end()).size(); }

TEST(Partition, WhoIsThereManyTimesOverIsOnePersonHoweverOften) {
  Fields jane = named("Jane", "Zanberg");
  jane.email = "jane.zanberg@x.example", jane.phone = "0412704937", jane.date_of_birth = "1981-12-15";
  for (const std::size_t count : {2u, 39u, 41u, 199u, 201u, 5000u}) {
    const Partition found = many(count, jane, {});
    EXPECT_EQ(people_in(found), 1u) << count;
    EXPECT_TRUE(found.questions.empty()) << count;
    EXPECT_TRUE(found.stop_words.empty()) << count;
    EXPECT_EQ(std::set(found.golden.begin(), found.golden.end()), std::set<std::uint32_t>{0}) << count;
  }
}

TEST(Partition, WhoIsInDoubtManyTimesOverIsAskedAboutAsOften) {
  Fields jane = named("Jane", "Zanberg");
  jane.email = "jane.zanberg@x.example", jane.phone = "0412704937", jane.date_of_birth = "1981-12-15";
  Terms never;
  never.accept = 1.1;
  const Partition found = many(300, jane, never);
  EXPECT_EQ(people_in(found), 300u);
  EXPECT_EQ(found.questions.size(), 299u);
}

TEST(Partition, WhoHasANameAndNothingElseIsNotOnePersonForBeingManyAndIsToldOf) {
  std::vector<Record> records{{{"a", "x"}, {named("Mereana", "Colefax")}}};
  records[0].fields[0].email = "mereana.colefax@x.example";
  for (int i = 0; i < 300; ++i) records.push_back({{"a", std::to_string(i)}, {named("Jane", "Kelly")}});
  const Book book(std::move(records));
  const Partition found = match(book, built_in_model(), {});
  EXPECT_EQ(people_in(found), 301u);
  const std::vector<StopWords> told{{"full name", 1, 300}, {"full name by its sound", 1, 300}};
  EXPECT_EQ(found.stop_words, told);
}

TEST(Partition, ADecisionAboutOneOfManyHolds) {
  Fields jane = named("Jane", "Zanberg");
  jane.email = "jane.zanberg@x.example", jane.phone = "0412704937", jane.date_of_birth = "1981-12-15";
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) records.push_back({{"a", std::to_string(i)}, {jane}});
  Terms t;
  t.decisions.push_back({{"a", "7"}, {"a", "0"}, false});
  const auto sets = matched(records, t);
  EXPECT_EQ(std::count_if(sets.begin(), sets.end(),
                          [](const auto& s) { return s.contains({"a", "7"}) && s.contains({"a", "0"}); }),
            0);
}

TEST(Partition, SpousesWhoShareEverythingStayTwo) {
  Fields jane = named("Jane", "Kelly");
  jane.email = "thekellys@x.example", jane.phone = "0356253628", jane.street = "9 Evan St", jane.suburb = "Cooroy";
  Fields robert = jane;
  robert.given_name = "Robert";
  EXPECT_EQ(matched({{{"a", "1"}, {jane}}, {{"b", "1"}, {robert}}}, terms()).size(), 2u);
}

// What a spouse may have too settles nothing, however probable it is.
TEST(Partition, AnInitialANameThatIsLikeItAndANameAloneAreAskedAbout) {
  Terms t = terms();
  t.accept = 0.95;
  const auto pieces = [&](const Fields& one, const Fields& other) {
    const Book book({{{"a", "1"}, {one}}, {{"b", "1"}, {other}}});
    const Partition found = partition(book, {{0, 1}}, {0.999F}, t);
    EXPECT_EQ(found.questions.size(), sets_of(book, found).size() - 1);
    return sets_of(book, found).size();
  };
  Fields mark = named("Mark", "Zanberg");
  mark.email = "zanbergs@x.example", mark.phone = "0356253628";
  Fields mary = mark, initial = mark;
  mary.given_name = "Mary", initial.given_name = "M.";
  EXPECT_EQ(pieces(mark, mark), 1u);
  EXPECT_EQ(pieces(mark, mary), 2u);
  EXPECT_EQ(pieces(mark, initial), 2u);
  mark.phone = initial.phone = "0412704937";
  EXPECT_EQ(pieces(mark, initial), 1u);
  Fields mereana = named("Mereana", "Colefax");
  mereana.phone = "0429744982";
  EXPECT_EQ(pieces(mereana, named("Mereana", "Colefax")), 2u);
}

TEST(Partition, WhoGoesByBothNamesTiesTheTwoTogether) {
  Fields legal = named("Lindsay", "Taylor"), first = legal, second = named("Scott", "Taylor");
  legal.middle_name = "Scott";
  for (Fields* f : {&legal, &first, &second}) f->email = "lindsay74@x.example";
  const Book book({{{"a", "1"}, {first}}, {{"b", "1"}, {second}}, {{"c", "1"}, {legal}}});
  Terms t = terms();
  t.accept = 0.95;
  EXPECT_EQ(sets_of(book, partition(book, {{0, 1}, {0, 2}, {1, 2}}, {0.9F, 0.99F, 0.99F}, t)).size(), 1u);
  EXPECT_EQ(sets_of(book, partition(book, {{0, 1}}, {0.99F}, t)).size(), 3u);
}

// Pairs that the model is sure of, given by hand: the partition's own rules.
TEST(Partition, TwoCandidatesAboveTheBarAreAQuestionAndNotTheBetterOne) {
  const Fields f = named("Ryan", "Boxer");
  const Book book({{{"a", "1"}, {f}}, {{"a", "2"}, {f}}, {{"b", "1"}, {f}}});
  const Partition found = partition(book, {{0, 2}, {1, 2}}, {0.99F, 0.97F}, terms());
  EXPECT_EQ(sets_of(book, found).size(), 3u);
  EXPECT_EQ(found.questions.size(), 2u);
}

TEST(Partition, AThirdThatContradictsIsNotDrawnIn) {
  const Fields f = named("Ryan", "Boxer");
  const Book book({{{"a", "1"}, {f}}, {{"b", "1"}, {f}}, {{"c", "1"}, {f}}});
  const Partition sure = partition(book, {{0, 1}, {0, 2}, {1, 2}}, {0.99F, 0.97F, 0.6F}, terms());
  EXPECT_EQ(sets_of(book, sure).size(), 1u);
  const Partition torn = partition(book, {{0, 1}, {0, 2}, {1, 2}}, {0.99F, 0.97F, 0.01F}, terms());
  EXPECT_EQ(sets_of(book, torn).size(), 3u);
}

}  // namespace
}  // namespace linchpin::matching
