#include "base/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace linchpin {
namespace {

TEST(Id, AGoldenIdIsAUlidWithAPrefix) {
  // The time is the ULID specification's own example; its ten characters are 01ARYZ6S41.
  const GoldenId id = make_golden_id(1'469'918'176'385, std::string(10, '\0'));
  EXPECT_EQ(id.text, "g_01aryz6s410000000000000000");
  EXPECT_EQ(make_golden_id(1'469'918'176'385, std::string(10, '\xff')).text, "g_01aryz6s41zzzzzzzzzzzzzzzz");
  EXPECT_TRUE(is_golden_id(id.text));
}

TEST(Id, GoldenIdsSortByTimeAndDifferByChance) {
  const std::string low(10, '\0');
  const std::string high(10, '\xff');
  EXPECT_LT(make_golden_id(1'000, high), make_golden_id(1'001, low));
  EXPECT_LT(make_golden_id(0, high), make_golden_id((std::int64_t{1} << 48) - 1, low));
  std::set<GoldenId> ids;
  for (int i = 0; i < 80; ++i) {
    std::string chance(10, '\0');
    chance[static_cast<std::size_t>(i / 8)] = static_cast<char>(1 << (i % 8));
    ids.insert(make_golden_id(5, chance));
  }
  EXPECT_EQ(ids.size(), 80u) << "every one of the 80 bits of chance counts";
}

TEST(Id, WhatIsNoGoldenIdIsKnown) {
  for (const char* text :
       {"", "g_", "g_01aryz6s41000000000000000", "g_01aryz6s4100000000000000000", "x_01aryz6s410000000000000000",
        "g_01ARYZ6S410000000000000000", "g_01aryz6s41000000000000000u", "g_81aryz6s410000000000000000"}) {
    EXPECT_FALSE(is_golden_id(text)) << text;
  }
}

}  // namespace
}  // namespace linchpin
