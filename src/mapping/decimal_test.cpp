#include "mapping/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace linchpin::mapping {
namespace {

Decimal d(std::string_view text) { return Decimal::parse(text).value(); }

TEST(Decimal, WritesItsCanonicalText) {
  EXPECT_EQ(d("007").text(), "7");
  EXPECT_EQ(d("1.50").text(), "1.5");
  EXPECT_EQ(d("-0.00").text(), "0");
  EXPECT_EQ(d("1e3").text(), "1000");
  EXPECT_EQ(d("1.5e-7").text(), "0.00000015");
  EXPECT_EQ(d("12345678901234567890.12").text(), "12345678901234567890.12");
  EXPECT_EQ(d("1.2").fixed(3), "1.200");
  EXPECT_EQ(d("-0.05").fixed(2), "-0.05");
}

TEST(Decimal, RefusesWhatIsNoNumberOrTooLarge) {
  for (const char* text : {"", "-", ".", "1.", "1e", "e5", "0x1", "1e999999999", "1e1001", "1 2", "--1", "NaN"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Decimal, RoundsAsItIsTold) {
  EXPECT_EQ(d("1.005").rounded(2, Rounding::HalfEven).text(), "1");
  EXPECT_EQ(d("1.015").rounded(2, Rounding::HalfEven).text(), "1.02");
  EXPECT_EQ(d("-1.005").rounded(2, Rounding::HalfUp).text(), "-1.01");
  EXPECT_EQ(d("1.0051").rounded(2, Rounding::HalfEven).text(), "1.01");
  EXPECT_EQ(d("1.999").rounded(2, Rounding::Down).text(), "1.99");
  EXPECT_EQ(d("9.995").rounded(2, Rounding::HalfUp).text(), "10");
  EXPECT_EQ(d("-0.001").rounded(2, Rounding::HalfUp).text(), "0");
  EXPECT_EQ(d("0.05").rounded(0, Rounding::HalfUp).text(), "0");
  EXPECT_EQ(d("0.5").rounded(0, Rounding::HalfUp).text(), "1");
  EXPECT_EQ(d("0.5").rounded(0, Rounding::HalfEven).text(), "0");
}

RC_GTEST_PROP(Decimal, CalculatesAsWholeNumbersDo, (std::int32_t a, std::int32_t b)) {
  const Decimal x(a), y(b);
  RC_ASSERT(Decimal::sum(x, y)->text() == std::to_string(std::int64_t{a} + b));
  RC_ASSERT(Decimal::product(x, y)->text() == std::to_string(std::int64_t{a} * b));
  RC_ASSERT((x < y) == (a < b));
  RC_ASSERT((x == y) == (a == b));
  if (b != 0) RC_ASSERT(Decimal::quotient(*Decimal::product(x, y), y)->text() == std::to_string(a));
  RC_ASSERT(Decimal::sum(x.shifted(-3), y.shifted(-3))->shifted(3).text() == std::to_string(std::int64_t{a} + b));
}

}  // namespace
}  // namespace linchpin::mapping
