#include "engine/limits.hpp"

#include <gtest/gtest.h>

namespace linchpin::engine {
namespace {

constexpr Instant start{};

SystemLimits small() { return SystemLimits({.windows = {{"minute", 3, milliseconds(60'000)}}, .concurrent = 1000}, 0); }

int calls_that_go(SystemLimits& limits, Instant now, int wanted) {
  int went = 0;
  while (went < wanted && limits.allows(now, false, "")) {
    limits.began(now, "");
    ++went;
  }
  return went;
}

TEST(Limits, WhatIsDeclaredIsNotExceeded) {
  SystemLimits limits = small();
  EXPECT_EQ(calls_that_go(limits, start, 10), 3);
  EXPECT_EQ(calls_that_go(limits, start + milliseconds(60'000), 10), 3);
}

TEST(Limits, ASpecialWindowCountsOnlyTheCallsThatNameIt) {
  const Window lists{"lists", 1, milliseconds(60'000), true};
  SystemLimits limits({.windows = {lists}, .concurrent = 1000}, 0);
  EXPECT_EQ(calls_that_go(limits, start, 5), 5);
  EXPECT_TRUE(limits.allows(start, false, "lists"));
  limits.began(start, "lists");
  EXPECT_FALSE(limits.allows(start, false, "lists"));
  EXPECT_TRUE(limits.allows(start, false, ""));
}

TEST(Limits, CallsThatOthersMadeAreCounted) {
  SystemLimits limits = small();
  limits.told({{"minute", 1}}, start);
  EXPECT_EQ(calls_that_go(limits, start, 10), 1);
}

TEST(Limits, AnAccountThatIsLargerThanTheDeclaredOneIsUsedAsItIs) {
  SystemLimits limits = small();
  EXPECT_EQ(calls_that_go(limits, start, 1), 1);
  limits.told({{"minute", 9}}, start);
  EXPECT_EQ(calls_that_go(limits, start, 100), 8) << "nine in a window";
  limits.told({{"minute", 0}}, start);
  EXPECT_FALSE(limits.allows(start, false, ""));
}

TEST(Limits, AWindowThatBeginsAnewIsNoLargerAccount) {
  SystemLimits limits = small();
  EXPECT_EQ(calls_that_go(limits, start, 3), 3);
  limits.told({{"minute", 2}}, start + milliseconds(10'000));  // the system's own window is another than ours
  EXPECT_FALSE(limits.allows(start + milliseconds(10'000), false, ""));
}

}  // namespace
}  // namespace linchpin::engine
