#include "base/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace linchpin {
namespace {

constexpr std::array<std::string_view, 5> class_names = {"public", "internal", "personal", "restricted",
                                                         "compliance_only"};
constexpr std::array<std::string_view, 18> type_names = {
    "text",    "note",  "email", "phone",   "url",     "date", "datetime",      "boolean", "integer",
    "decimal", "money", "enum",  "country", "address", "ref",  "government_id", "list",    "json"};

template <class Enumerator, std::size_t N>
std::optional<Enumerator> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enumerator>(found - names.begin());
}

bool same_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// What a decimal number is, whatever way it is written: ±digits × 10^exponent, no zero at either end of the digits.
struct Decimal {
  bool negative = false;
  std::string digits;  // empty for zero
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal decimal;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) decimal.negative = text[i++] == '-';
  std::size_t count = 0;
  bool after_point = false;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    ++count;
    decimal.digits += text[i];
    if (after_point) --decimal.exponent;
  }
  if (count == 0) return std::nullopt;
  if (i < text.size()) {
    std::string_view written = text.substr(i + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    int exponent = 0;
    const auto [stop, error] = std::from_chars(written.data(), written.data() + written.size(), exponent);
    if (written.empty() || error != std::errc{} || stop != written.data() + written.size()) return std::nullopt;
    decimal.exponent += exponent;
  }
  decimal.digits.erase(0, std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size()));
  while (decimal.digits.ends_with('0')) {
    decimal.digits.pop_back();
    ++decimal.exponent;
  }
  if (decimal.digits.empty()) return Decimal{};
  return decimal;
}

bool same_number(const Value& a, const Value& b) {
  const auto written = [](const Value& v) -> const std::string& { return v.is_number() ? v.number_text() : v.text(); };
  if (a == b) return true;
  const std::optional<Decimal> left = parse_decimal(written(a));
  return left && left == parse_decimal(written(b));
}

}  // namespace

std::string_view to_text(Class c) { return class_names[static_cast<std::size_t>(c)]; }
std::optional<Class> parse_class(std::string_view text) { return parse<Class>(class_names, text); }
std::string_view to_text(Type t) { return type_names[static_cast<std::size_t>(t)]; }
std::optional<Type> parse_type(std::string_view text) { return parse<Type>(type_names, text); }

bool same_value(Type type, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  switch (type) {
    case Type::Email:
      // RFC 5321 lets a mailbox tell case apart; no provider does, and people write theirs in any case.
      if (a.is_text() && b.is_text()) return same_without_case(a.text(), b.text());
      return a == b;
    case Type::Integer:
    case Type::Decimal:
      return same_number(a, b);
    case Type::Money:
      return a.is_object() && b.is_object() ? a["currency"] == b["currency"] && same_number(a["amount"], b["amount"])
                                            : a == b;
    case Type::Text:
    case Type::Note:
    case Type::Phone:
    case Type::Url:
    case Type::Date:
    case Type::Datetime:
    case Type::Boolean:
    case Type::Enum:
    case Type::Country:
    case Type::Address:
    case Type::Ref:
    case Type::GovernmentId:
    case Type::ListOf:
    case Type::JsonAny:
      return a == b;
  }
  return false;
}

}  // namespace linchpin
