#include "mapping/decimal.hpp"

#include <algorithm>
#include <charconv>

namespace linchpin::mapping {

namespace {

constexpr int digits_max = 1000;
constexpr int quotient_digits = 34;

bool all_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string without_leading_zeros(std::string s) {
  s.erase(0, std::min(s.find_first_not_of('0'), s.size()));
  return s;
}

// Magnitudes are texts of digits without leading zeros; "" is zero.
int compare_magnitudes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}
std::string add_magnitudes(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::string out(a);
  int carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int column = a[a.size() - 1 - i] - '0' + (i < b.size() ? b[b.size() - 1 - i] - '0' : 0) + carry;
    out[a.size() - 1 - i] = static_cast<char>('0' + column % 10);
    carry = column / 10;
  }
  if (carry) out.insert(out.begin(), '1');
  return out;
}
std::string subtract_magnitudes(std::string_view larger, std::string_view smaller) {
  std::string out(larger);
  int borrow = 0;
  for (std::size_t i = 0; i < larger.size(); ++i) {
    int column =
        larger[larger.size() - 1 - i] - '0' - borrow - (i < smaller.size() ? smaller[smaller.size() - 1 - i] - '0' : 0);
    borrow = column < 0;
    if (borrow) column += 10;
    out[larger.size() - 1 - i] = static_cast<char>('0' + column);
  }
  return without_leading_zeros(std::move(out));
}

}  // namespace

Decimal Decimal::make(bool negative, std::string digits, int exponent) {
  digits = without_leading_zeros(std::move(digits));
  const auto last = digits.find_last_not_of('0');
  Decimal out;
  if (last == std::string::npos) return out;
  out.exponent_ = exponent + static_cast<int>(digits.size() - last - 1);
  digits.resize(last + 1);
  out.digits_ = std::move(digits);
  out.negative_ = negative;
  return out;
}

Decimal::Decimal(std::int64_t n) {
  std::string text = std::to_string(n);
  if (n < 0) text.erase(0, 1);
  *this = make(n < 0, std::move(text), 0);
}

std::optional<Decimal> Decimal::parse(std::string_view s) {
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  int exponent = 0;
  if (const auto e = s.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view power = s.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    if (power.empty() || power.size() > 8) return std::nullopt;
    const auto [end, failed] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (failed != std::errc{} || end != power.data() + power.size()) return std::nullopt;
    s = s.substr(0, e);
  }
  const auto point = s.find('.');
  const std::string_view whole = s.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : s.substr(point + 1);
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (!all_digits(whole) || !all_digits(fraction) || s.size() > 4 * digits_max) return std::nullopt;
  std::string digits(whole);
  digits += fraction;
  Decimal out = make(negative, std::move(digits), exponent - static_cast<int>(fraction.size()));
  const int size = static_cast<int>(out.digits_.size());
  if (size + std::max(0, out.exponent_) > digits_max || -out.exponent_ > digits_max) return std::nullopt;
  return out;
}

int Decimal::places() const { return std::max(0, -exponent_); }

std::string Decimal::fixed(int places) const {
  std::string digits = digits_;
  if (exponent_ > 0) digits.append(static_cast<std::size_t>(exponent_), '0');
  const int behind = std::max(0, -exponent_);
  digits.append(static_cast<std::size_t>(std::max(0, places - behind)), '0');
  const auto point = static_cast<std::size_t>(std::max(places, behind));
  if (digits.size() <= point) digits.insert(0, point - digits.size() + 1, '0');
  if (point > 0) digits.insert(digits.size() - point, 1, '.');
  return negative_ ? "-" + digits : digits;
}

std::string Decimal::text() const { return fixed(0); }

std::optional<std::int64_t> Decimal::integer() const {
  if (exponent_ < 0) return std::nullopt;
  if (static_cast<int>(digits_.size()) + exponent_ > 19) return std::nullopt;
  const std::string whole = text();
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(whole.data(), whole.data() + whole.size(), out);
  if (failed != std::errc{} || end != whole.data() + whole.size()) return std::nullopt;
  return out;
}

Decimal Decimal::negated() const {
  Decimal out = *this;
  out.negative_ = !negative_ && !is_zero();
  return out;
}

Decimal Decimal::shifted(int powers_of_ten) const {
  Decimal out = *this;
  if (!is_zero()) out.exponent_ += powers_of_ten;
  return out;
}

Decimal Decimal::rounded(int places, Rounding rounding) const {
  if (-exponent_ <= places) return *this;
  const auto drop = static_cast<std::size_t>(-exponent_ - places);
  if (drop > digits_.size()) return {};
  const std::string kept = digits_.substr(0, digits_.size() - drop);
  const std::string_view rest = std::string_view(digits_).substr(digits_.size() - drop);
  const bool over_half = rest[0] > '5' || (rest[0] == '5' && rest.find_first_not_of('0', 1) != std::string_view::npos);
  const bool half = rest[0] == '5' && !over_half;
  const bool odd = !kept.empty() && (kept.back() - '0') % 2 == 1;
  const bool up = rounding != Rounding::Down && (over_half || (half && (rounding == Rounding::HalfUp || odd)));
  return make(negative_, up ? add_magnitudes(kept, "1") : kept, -places);
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (is_zero() || other.is_zero() || negative_ != other.negative_) {
    const int mine = is_zero() ? 0 : negative_ ? -1 : 1;
    const int theirs = other.is_zero() ? 0 : other.negative_ ? -1 : 1;
    return mine <=> theirs;
  }
  const int mine = static_cast<int>(digits_.size()) + exponent_;
  const int theirs = static_cast<int>(other.digits_.size()) + other.exponent_;
  // Digits have no zeros at either end, so texts compare as fractions do.
  const int order = mine != theirs ? (mine < theirs ? -1 : 1) : digits_.compare(other.digits_);
  return (negative_ ? -order : order) <=> 0;
}

std::optional<Decimal> Decimal::sum(const Decimal& a, const Decimal& b) {
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;
  const int exponent = std::min(a.exponent_, b.exponent_);
  if (std::max(a.exponent_, b.exponent_) - exponent > 2 * digits_max) return std::nullopt;
  std::string x = a.digits_ + std::string(static_cast<std::size_t>(a.exponent_ - exponent), '0');
  std::string y = b.digits_ + std::string(static_cast<std::size_t>(b.exponent_ - exponent), '0');
  Decimal out;
  if (a.negative_ == b.negative_) {
    out = make(a.negative_, add_magnitudes(x, y), exponent);
  } else {
    const int order = compare_magnitudes(x, y);
    out = order >= 0 ? make(a.negative_, subtract_magnitudes(x, y), exponent)
                     : make(b.negative_, subtract_magnitudes(y, x), exponent);
  }
  if (out.digits_.size() > digits_max) return std::nullopt;
  return out;
}

std::optional<Decimal> Decimal::product(const Decimal& a, const Decimal& b) {
  if (a.is_zero() || b.is_zero()) return Decimal{};
  std::string digits(a.digits_.size() + b.digits_.size(), '0');
  for (std::size_t i = a.digits_.size(); i-- > 0;) {
    int carry = 0;
    for (std::size_t j = b.digits_.size(); j-- > 0;) {
      const int column = digits[i + j + 1] - '0' + (a.digits_[i] - '0') * (b.digits_[j] - '0') + carry;
      digits[i + j + 1] = static_cast<char>('0' + column % 10);
      carry = column / 10;
    }
    digits[i] = static_cast<char>(digits[i] + carry);
  }
  Decimal out = make(a.negative_ != b.negative_, std::move(digits), a.exponent_ + b.exponent_);
  if (static_cast<int>(out.digits_.size()) + std::abs(out.exponent_) > digits_max) return std::nullopt;
  return out;
}

std::optional<Decimal> Decimal::quotient(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return std::nullopt;
  if (a.is_zero()) return Decimal{};
  // Long division, with two digits more than are kept: one to round by, one that says whether anything is left over.
  std::string rest, digits;
  std::size_t used = 0;
  int exponent = a.exponent_ - b.exponent_;
  std::size_t significant = 0;
  while (used < a.digits_.size() || (!rest.empty() && significant < quotient_digits + 1)) {
    if (used < a.digits_.size()) {
      rest += a.digits_[used++];
    } else {
      rest += '0';
      --exponent;
    }
    rest = without_leading_zeros(std::move(rest));
    char digit = '0';
    while (compare_magnitudes(rest, b.digits_) >= 0) {
      rest = subtract_magnitudes(rest, b.digits_);
      ++digit;
    }
    digits += digit;
    if (significant > 0 || digit != '0') ++significant;
  }
  if (!rest.empty()) {
    digits += '1';
    --exponent;
  }
  Decimal out = make(a.negative_ != b.negative_, std::move(digits), exponent);
  const int extra = static_cast<int>(out.digits_.size()) - quotient_digits;
  if (extra > 0) out = out.rounded(-(out.exponent_ + extra), Rounding::HalfEven);
  if (static_cast<int>(out.digits_.size()) + std::abs(out.exponent_) > digits_max) return std::nullopt;
  return out;
}

}  // namespace linchpin::mapping
