// An exact decimal number: money, ids and thresholds never pass through a double. Bounded: a number that would need
// more than 1,000 digits written out is refused, so that "1e999999999" costs nothing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linchpin::mapping {

enum class Rounding { HalfEven, HalfUp, Down };  // HalfUp: halves away from zero. Down: toward zero

class Decimal {
 public:
  Decimal() = default;  // 0
  explicit Decimal(std::int64_t);
  // RFC 8259's number, and what people write beside it: a leading '+', zeros in front, ".5". Nothing else.
  static std::optional<Decimal> parse(std::string_view);

  std::string text() const;  // canonical: no exponent, no needless zeros, "-0" is "0"
  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }
  int places() const;                           // digits behind the point
  std::optional<std::int64_t> integer() const;  // when it is whole and fits
  Decimal negated() const;
  Decimal shifted(int powers_of_ten) const;  // exact multiplication by 10^n
  Decimal rounded(int places, Rounding) const;
  std::string fixed(int places) const;  // text with exactly so many places; needs: places() <= places

  std::strong_ordering operator<=>(const Decimal&) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

  // Exact; nothing when the result would have more than 1,000 digits.
  static std::optional<Decimal> sum(const Decimal&, const Decimal&);
  static std::optional<Decimal> product(const Decimal&, const Decimal&);
  // To 34 significant digits, half even (IEEE 754-2008 decimal128); exact where that suffices. Nothing for a zero
  // divisor.
  static std::optional<Decimal> quotient(const Decimal&, const Decimal&);

 private:
  static Decimal make(bool negative, std::string digits, int exponent);
  // value = digits × 10^exponent; digits without zeros at either end, "" for zero
  bool negative_ = false;
  std::string digits_;
  int exponent_ = 0;
};

}  // namespace linchpin::mapping
