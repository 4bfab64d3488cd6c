#include "matching/near.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace linchpin::matching {
namespace {

Record record(const std::string& system, const std::string& id, const std::string& given, const std::string& family,
              const std::string& email = "") {
  Fields f;
  f.given_name = given, f.family_name = family, f.email = email;
  return {{system, id}, {f}};
}

std::string name_of(const RecordId& id) { return id.system + ":" + id.id; }

// The list as "crm:1 books:2", the most alike first. Everybody is in their own system and lacks the others.
std::vector<std::string> listed(std::vector<Record> records, const std::set<std::string>& settled = {}) {
  const Book book(std::move(records));
  std::vector<Stands> stands;
  std::uint64_t all = 0;
  for (std::uint32_t r = 0; r < book.size(); ++r) all |= std::uint64_t{1} << book[r].system;
  for (std::uint32_t r = 0; r < book.size(); ++r)
    stands.push_back({std::uint64_t{1} << book[r].system, all & ~(std::uint64_t{1} << book[r].system)});
  const auto pair_name = [&](const Pair& p) { return name_of(book.id(p.first)) + " " + name_of(book.id(p.second)); };
  std::vector<std::string> names;
  for (const Alike& one :
       near(book, stands, built_in_model(), [&](const Pair& p) { return settled.contains(pair_name(p)); }))
    names.push_back(pair_name(one.pair));
  return names;
}

// Thirty of one family in both systems, of whom nobody is like anybody.
std::vector<Record> crowd() {
  static const char* givens[] = {"Aaron",  "Gertrude", "Hubert", "Ignatius", "Jemima", "Kendrick", "Lucinda", "Morris",
                                 "Nathan", "Ophelia",  "Percy",  "Quentin",  "Rosa",   "Silas",    "Ursula"};
  std::vector<Record> records;
  for (std::size_t i = 0; i < std::size(givens); ++i)
    records.push_back(record(i % 2 ? "books" : "crm", "x" + std::to_string(i), givens[i], "Zanberg"));
  return records;
}

// Whether the two are in the list, and before all others that either is in.
bool first_of_both(const Record& a, const Record& b) {
  std::vector<Record> records = crowd();
  records.push_back(a), records.push_back(b);
  std::string one = name_of(a.id), other = name_of(b.id);
  if (b.id < a.id) std::swap(one, other);
  for (const std::string& pair : listed(records)) {
    if (pair == one + " " + other) return true;
    if (pair.find(one) != std::string::npos || pair.find(other) != std::string::npos) return false;
  }
  return false;
}

TEST(Near, APetNameIsFoundByItsNameAlsoBehindASlip) {
  EXPECT_TRUE(first_of_both(record("crm", "1", "Charlotte", "Zanberg"), record("books", "2", "Chick", "Zanberg")));
  EXPECT_TRUE(first_of_both(record("crm", "1", "Charlotte", "Zanberg"), record("books", "2", "Chikc", "Zanberg")));
  EXPECT_TRUE(first_of_both(record("crm", "1", "Riah", "Zanberg"), record("books", "2", "Uirah", "Zanberg")));
}

TEST(Near, TwoPetNamesOfOneNameAreAlike) {
  EXPECT_TRUE(first_of_both(record("crm", "1", "Jaap", "Zanberg"), record("books", "2", "Jay", "Zanberg")));
  EXPECT_TRUE(first_of_both(record("crm", "1", "Cam", "Zanberg"), record("books", "2", "Ronny", "Zanberg")));
}

TEST(Near, AnAddressThatSpellsTheOthersNameSaysWhoItIs) {
  for (const char* email :
       {"laodicia78@x.example", "zanberg.laodicia@x.example", "laodiciazanberg@x.example", "laodiciaz@x.example"})
    EXPECT_TRUE(first_of_both(record("crm", "1", "Laodicia", "Zanberg"), record("books", "2", "Xa", "Zanberg", email)))
        << email;
}

TEST(Near, SlipsInBothNamesHideNobody) {
  EXPECT_TRUE(first_of_both(record("crm", "1", "Leonore", "Pelulero"), record("books", "2", "Leonroe", "Peluulreo")));
  EXPECT_TRUE(first_of_both(record("crm", "1", "Selma", "Igson"), record("books", "2", "Selma", "Ingsoon")));
}

TEST(Near, OneOfTheFamilyIsNobodysLike) { EXPECT_TRUE(listed(crowd()).empty()); }

TEST(Near, WhoIsInOneSystemWithSomebodyIsNotThatPerson) {
  EXPECT_TRUE(listed({record("crm", "1", "Charlotte", "Zanberg"), record("crm", "2", "Chick", "Zanberg")}).empty());
}

TEST(Near, WhoLacksNothingThatTheOtherHasIsNotListed) {
  const Book book({record("books", "2", "Chick", "Zanberg"), record("crm", "1", "Charlotte", "Zanberg")});
  const auto none = [](const Pair&) { return false; };
  const auto count = [&](const Stands& a, const Stands& b) {
    return near(book, {a, b}, built_in_model(), none).size();
  };
  EXPECT_EQ(count({1, 2}, {2, 1}), 1u);
  EXPECT_EQ(count({1, 2}, {2, 0}), 1u) << "the one would be made where the other is";
  EXPECT_EQ(count({1, 0}, {2, 0}), 0u) << "nobody is made anywhere";
  EXPECT_EQ(count({1, 4}, {2, 4}), 0u) << "neither is made where the other is";
  EXPECT_EQ(count({1, 2}, {3, 0}), 0u) << "they are two in one system";
  EXPECT_EQ(count({0, 0}, {2, 1}), 0u);
}

TEST(Near, WhatIsSettledIsNotShownAndLeavesItsPlaceToOthers) {
  std::vector<Record> records{record("crm", "1", "Charlotte", "Zanberg")};
  for (int i = 0; i < 14; ++i) records.push_back(record("books", "c" + std::to_string(10 + i), "Charlotte", "Zanberg"));
  const std::vector<std::string> all = listed(records);
  ASSERT_EQ(all.size(), 14u) << "each of the others has her among its ten";
  std::vector<Record> few{record("crm", "1", "Charlotte", "Zanberg"), record("books", "2", "Chick", "Zanberg")};
  EXPECT_EQ(listed(few).size(), 1u);
  EXPECT_TRUE(listed(few, {"books:2 crm:1"}).empty());
}

TEST(Near, NobodyHasMoreThanTheTenMostAlikeAmongThoseWhoHaveTheirOwn) {
  std::vector<Record> records;
  for (int i = 0; i < 30; ++i) {
    records.push_back(record("crm", std::to_string(100 + i), "Charlotte", "Zanberg"));
    records.push_back(record("books", std::to_string(100 + i), "Chick", "Zanberg"));
  }
  EXPECT_LE(listed(records).size(), 60 * near_most);
  EXPECT_LT(listed(records).size(), 900u) << "not everybody with everybody";
}

TEST(Near, TheOrderOfTheRecordsChangesNothing) {
  std::vector<Record> records = crowd();
  static const char* givens[] = {"Charlotte", "Chick", "Lottie", "Bea", "Blanche", "Beatrice", "Valentine", "Felty"};
  for (std::size_t i = 0; i < 40; ++i)
    records.push_back(
        record(i % 3 ? "books" : "crm", "y" + std::to_string(i), givens[i % 8], i % 5 ? "Kelly" : "Kelyl"));
  const std::vector<std::string> first = listed(records);
  EXPECT_FALSE(first.empty());
  std::mt19937 chance(5);
  std::shuffle(records.begin(), records.end(), chance);
  EXPECT_EQ(listed(records), first);
}

TEST(Near, ALikenessIsNeverMoreThanTheOneBeforeIt) {
  const Book book({record("crm", "1", "Charlotte", "Zanberg"), record("crm", "2", "Bea", "Kelly"),
                   record("books", "3", "Charlotte", "Zanbergg"), record("books", "4", "Blanche", "Kelyl")});
  std::vector<Stands> stands;
  for (std::uint32_t r = 0; r < book.size(); ++r) stands.push_back({book[r].system + 1u, 3u & ~(book[r].system + 1u)});
  const std::vector<Alike> list = near(book, stands, built_in_model(), [](const Pair&) { return false; });
  ASSERT_EQ(list.size(), 2u);
  EXPECT_GE(list[0].likeness, list[1].likeness);
  EXPECT_EQ(list[1].comparison.family, Family::Near);
}

}  // namespace
}  // namespace linchpin::matching
