#include "model/brake.hpp"

#include <gtest/gtest.h>

namespace linchpin::model {
namespace {

TEST(Brake, IsANumberInAWhile) {
  const Result<Brake> creates = parse_brake("200 an hour"), updates = parse_brake("5% a day");
  ASSERT_TRUE(creates && updates);
  EXPECT_EQ(creates->most, 200);
  EXPECT_FALSE(creates->percent);
  EXPECT_EQ(creates->window, std::chrono::hours(1));
  EXPECT_EQ(updates->most, 5);
  EXPECT_TRUE(updates->percent);
  EXPECT_EQ(updates->window, std::chrono::days(1));
  EXPECT_EQ(updates->text, "5% a day");
}

TEST(Brake, IsNothingElse) {
  for (const char* text : {"", "200", "200 an", "200 hours", "an hour", "-1 an hour", "0 a day", "200 a", "101% a day",
                           "5 % a day", "2.5% a day", "9999999999 a day", "10 a second", "10 a year", "10 a 2 hours"})
    EXPECT_FALSE(parse_brake(text)) << text;
}

}  // namespace
}  // namespace linchpin::model
