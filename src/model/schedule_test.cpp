#include "model/schedule.hpp"

#include <gtest/gtest.h>

namespace linchpin::model {
namespace {

Instant at(const std::string& text) { return parse_rfc3339(text).value(); }

std::string next(const std::string& schedule, const std::string& zone, const std::string& after) {
  const auto parsed = parse_schedule(schedule);
  EXPECT_TRUE(parsed) << schedule;
  const auto time = parsed ? next_time(*parsed, zone, at(after)) : std::nullopt;
  return time ? rfc3339(*time) : "never";
}

TEST(Schedule, IsOfTheFirmsOwnTimeZone) {
  EXPECT_EQ(next("nightly", "Australia/Sydney", "2026-11-24T00:00:00Z"), "2026-11-24T15:00:00Z");
  EXPECT_EQ(next("nightly", "Australia/Sydney", "2026-06-24T00:00:00Z"), "2026-06-24T16:00:00Z") << "in winter";
  EXPECT_EQ(next("nightly", "UTC", "2026-11-24T02:00:00Z"), "2026-11-25T02:00:00Z") << "never at the same moment again";
  EXPECT_EQ(next("30 8-18/2 * * 1-5", "UTC", "2026-11-27T18:30:00Z"), "2026-11-30T08:30:00Z") << "over a weekend";
  EXPECT_EQ(next("*/15 * * * *", "Asia/Kathmandu", "2026-11-24T00:01:00Z"), "2026-11-24T00:15:00Z");
  EXPECT_EQ(next("0 0 31 * *", "UTC", "2026-11-01T00:00:00Z"), "2026-12-31T00:00:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "UTC", "2097-01-01T00:00:00Z"), "2104-02-29T00:00:00Z") << "2100 is no leap year";
  EXPECT_EQ(next("0 0 13 * 5", "UTC", "2026-11-01T00:00:00Z"), "2026-11-06T00:00:00Z") << "a Friday, or a thirteenth";
  EXPECT_EQ(next("weekly", "UTC", "2026-11-24T00:00:00Z"), "2026-11-29T02:00:00Z");
  EXPECT_EQ(next("0 2 * * 7", "UTC", "2026-11-24T00:00:00Z"), "2026-11-29T02:00:00Z") << "7 is Sunday as well";
}

// Sydney: at two on 4 October 2026 it is three; at three on 5 April 2026 it is two again.
TEST(Schedule, CountsDaylightSavingRight) {
  EXPECT_EQ(next("30 2 * * *", "Australia/Sydney", "2026-10-03T15:00:00Z"), "2026-10-03T16:00:00Z")
      << "half past two is jumped over: at the jump";
  EXPECT_EQ(next("30 2 * * *", "Australia/Sydney", "2026-10-03T16:00:00Z"), "2026-10-04T15:30:00Z") << "once that day";
  EXPECT_EQ(next("30 2 * * *", "Australia/Sydney", "2026-04-04T00:00:00Z"), "2026-04-04T15:30:00Z");
  EXPECT_EQ(next("30 2 * * *", "Australia/Sydney", "2026-04-04T15:30:00Z"), "2026-04-05T16:30:00Z")
      << "half past two comes twice: it is due once";
  EXPECT_EQ(next("30 * * * *", "Australia/Sydney", "2026-04-04T15:30:00Z"), "2026-04-04T16:30:00Z")
      << "every hour is every hour";
}

TEST(Schedule, WhatIsNoneIsNone) {
  for (const char* text : {"", "daily at two", "0 2 * *", "0 2 * * * *", "60 2 * * *", "0 24 * * *", "0 2 0 * *",
                           "0 2 * 13 *", "0 2 * * 8", "a b c d e", "5-1 * * * *", "*/0 * * * *", "1/2 * * * *",
                           "0 2 30 2 *", "1,,2 * * * *", "-1 * * * *", "0 2 * * 1-"})
    EXPECT_FALSE(parse_schedule(text)) << text;
  EXPECT_FALSE(next_time(*parse_schedule("nightly"), "Mars/Olympus", Instant{}));
}

}  // namespace
}  // namespace linchpin::model
