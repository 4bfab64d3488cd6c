// The options of a transform, as `as:` or a test's case gives them: an object of texts, numbers and booleans. What has
// choices has been judged (kind.hpp): none of those that are given is another. Inner to the files about transforms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "mapping/choice.hpp"
#include "mapping/country.hpp"
#include "mapping/date.hpp"
#include "mapping/number.hpp"
#include "mapping/phone.hpp"

namespace linchpin::mapping {

std::string option_text(const Json& options,
                        std::string_view name);                // "" when absent; numbers and booleans as their text
bool option_flag(const Json& options, std::string_view name);  // true, "true"
std::optional<std::int64_t> option_number(const Json& options, std::string_view name);

// What an option may be, beyond its choices.
bool is_locale(std::string_view);  // a language that ICU knows, and what may stand behind it: "ja", "zh-Hans"
bool is_filled(std::string_view);  // anything but nothing
bool is_count(std::string_view);   // a whole number from 1
bool is_year(std::string_view);    // of two digits: 0 to 99
bool is_time_of_day(std::string_view);
bool is_any_currency(std::string_view);  // of ISO 4217, in any case

PhoneStyle phone_style(const Json&);
CountryForm country_form(const Json&);
Result<AddressNames> address_options(const Json&);
Result<DateReading> date_options(const Json&);
LocalReading local_options(const Json&);
NumberForm number_options(const Json&);
MoneyForm money_options(const Json&);
Result<EnumTable> enum_options(const Json&);  // of a case: {"table": {…}, "list": ";", …}

}  // namespace linchpin::mapping
