// Numbers and amounts of money, exactly. A text's decimal sign and its groups are what the mapping declares: "." and,
// where both signs stand in it, ","; a lone "1,234" is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "mapping/decimal.hpp"

namespace linchpin::mapping {

struct NumberForm {
  std::string decimal;  // "." or ","; "" when the mapping names none
  std::string group;    // "," "." " " "'" or "indian" (12,34,567); "" when the mapping names none
};
Result<Decimal> parse_number_text(std::string_view text, const NumberForm&);
bool are_signs(const NumberForm&);  // decimal and group are each one sign, and not one
// A number; where another decimal sign is declared, a text. ValueInvalid for what is no number of JSON's.
Result<Json> number_out(const std::string& canonical, const NumberForm&);

// Integer: a JSON number of signed 64 bits. Decimal: the canonical text. Blank is null.
Result<Value> normalise_integer(const Json& value, const NumberForm&);
Result<Value> normalise_decimal(const Json& value, const NumberForm&);

struct MoneyForm {
  std::string currency;  // ISO 4217; "" when the mapping names none
  NumberForm number;
  std::optional<Rounding> rounding;  // otherwise more decimals than the currency has are ValueLossy
  bool minor_in = false;             // what comes in counts cents
};
// A text ("$1,234.56", "(12.00)", "AUD 5"), a number, or {amount, currency} to {amount, currency}.
Result<Value> normalise_money(const Json& value, const MoneyForm&);
Result<Json> minor_units(const Value& money);  // 1234.56 AUD is 123456

}  // namespace linchpin::mapping
