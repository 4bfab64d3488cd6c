#include "matching/keys.hpp"

#include <gtest/gtest.h>

#include <set>

#include "matching/likely.hpp"
#include "matching/words.hpp"

namespace linchpin::matching {
namespace {

Fields named(const std::string& given, const std::string& family) {
  Fields f;
  f.given_name = given, f.family_name = family;
  return f;
}

std::size_t shared_keys(const Fields& a, const Fields& b) {
  const Book book({{{"a", "1"}, {a}}, {{"b", "1"}, {b}}});
  std::set<std::uint64_t> mine;
  for (const Key& key : keys_of(book, book[0])) mine.insert(key.hash);
  std::size_t shared = 0;
  for (const Key& key : keys_of(book, book[1])) shared += mine.contains(key.hash);
  return shared;
}

TEST(Keys, ASlipInOneValueLeavesAKeyThatFindsTheOther) {
  Fields a = named("Stuart", "Smith");
  a.email = "stuart.smith@x.example", a.phone = "0418764470", a.date_of_birth = "1956-11-10";
  for (auto part : {&Fields::email, &Fields::phone, &Fields::date_of_birth}) {
    Fields only_a = named(a.given_name, a.family_name), only_b = only_a;
    only_a.*part = a.*part, only_b.*part = a.*part;
    only_b.given_name = "S", only_b.family_name = "Smith";
    EXPECT_GT(shared_keys(only_a, only_b), 0u);
  }
  Fields b = named("Stewart", "Smitth");
  EXPECT_GT(shared_keys(named("Stuart", "Smith"), b), 0u);
  Fields c = named("Smith", "Stuart");
  EXPECT_GT(shared_keys(named("Stuart", "Smith"), c), 0u);
}

TEST(Keys, WhoGoesByAPetNameIsFoundWhateverItBeginsWith) {
  EXPECT_GT(shared_keys(named("Anthony", "Alelli"), named("Tony", "Alelli")), 0u);
  EXPECT_GT(shared_keys(named("Meg", "Alelli"), named("Peggy", "Alelli")), 0u) << "both are Margaret's";
  EXPECT_EQ(shared_keys(named("Anthony", "Alelli"), named("Peggy", "Alelli")), 0u);
}

TEST(Keys, StrangersShareNone) {
  Fields a = named("Stuart", "Smith"), b = named("Mereana", "Colefax");
  a.phone = "0418764470", b.phone = "0429744982";
  EXPECT_EQ(shared_keys(a, b), 0u);
}

TEST(Keys, AKeyThatTooManyShareIsAStopWord) {
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) {
    Fields f;
    f.email = "reception@x.example";
    records.push_back({{"a", std::to_string(i)}, {f}});
  }
  EXPECT_TRUE(candidates(Book(records)).empty());
  records.resize(150);
  EXPECT_EQ(candidates(Book(records)).size(), 150u * 149 / 2);
}

TEST(Keys, ARecordAloneHasTheKeysThatItHasInABook) {
  Fields a = named("Stuart", "Smith"), b = named("Mereana", "Colefax");
  a.email = "stuart.smith@x.example", a.phone = "0418764470", a.date_of_birth = "1956-11-10", b.phone = "0429744982";
  const Book book({{{"a", "1"}, {a}}, {{"b", "1"}, {b}}});
  for (int round = 0; round < 2; ++round)  // what was there before leaves nothing behind
    for (const auto& [fields, place] : {std::pair{a, 0}, {b, 1}}) {
      std::set<std::uint64_t> alone, there;
      for (const Key& key : keys_of(Record{{"x", "9"}, {fields}})) alone.insert(key.hash);
      for (const Key& key : keys_of(book, book[static_cast<std::size_t>(place)])) there.insert(key.hash);
      EXPECT_EQ(alone, there);
    }
}

TEST(Words, SlipsAreCountedAsPeopleMakeThem) {
  EXPECT_TRUE(within_slips("smith", "smtih", 1));
  EXPECT_TRUE(within_slips("smith", "smit", 1));
  EXPECT_TRUE(within_slips("smith", "smyth", 1));
  EXPECT_TRUE(within_slips("smith", "smithh", 1));
  EXPECT_FALSE(within_slips("smith", "smythe", 1));
  EXPECT_TRUE(within_slips("smith", "smythe", 2));
  EXPECT_TRUE(within_slips("", "", 0));
  EXPECT_FALSE(within_slips(std::string(60, 'a'), std::string(60, 'b'), 2));
  EXPECT_TRUE(within_slips(std::string(60, 'a'), std::string(60, 'a'), 0));
}

TEST(Words, SpellingsThatSoundAlikeHaveOneSound) {
  EXPECT_EQ(sound_of("tracey"), sound_of("traci"));
  EXPECT_EQ(sound_of("steven"), sound_of("stephen"));
  EXPECT_NE(sound_of("smith"), sound_of("jones"));
}

}  // namespace
}  // namespace linchpin::matching
