#include "mapping/options.hpp"

#include <unicode/uloc.h>

#include "mapping/clock_text.hpp"
#include "mapping/iso_codes.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

std::string option_text(const Json& options, std::string_view name) {
  const Json& value = options[name];
  if (value.is_text()) return value.text();
  if (value.is_number()) return value.number_text();
  if (value.is_boolean()) return value.boolean() ? "true" : "false";
  return "";
}
bool option_flag(const Json& options, std::string_view name) {
  const Json& value = options[name];
  return value.boolean() || value.text() == "true";
}
std::optional<std::int64_t> option_number(const Json& options, std::string_view name) {
  const auto number = Decimal::parse(option_text(options, name));
  return number ? number->integer() : std::nullopt;
}

bool is_locale(std::string_view text) {
  const std::string locale = lower_ascii(text);
  return *uloc_getISO3Language(locale.c_str()) != '\0';
}
bool is_filled(std::string_view text) { return !text.empty(); }
bool is_count(std::string_view text) {
  const auto number = Decimal::parse(text);
  return number && number->integer().value_or(0) > 0;
}
bool is_year(std::string_view text) {
  const auto number = Decimal::parse(text);
  const auto whole = number ? number->integer() : std::nullopt;
  return whole && *whole >= 0 && *whole <= 99;
}
bool is_time_of_day(std::string_view text) { return parse_time_of_day(text).has_value(); }
bool is_any_currency(std::string_view text) { return is_currency(upper_ascii(trimmed(text))); }

PhoneStyle phone_style(const Json& options) {
  const std::string style = option_text(options, "style");
  return style == "national"  ? PhoneStyle::National
         : style == "rfc3966" ? PhoneStyle::Rfc3966
                              : PhoneStyle::International;
}

CountryForm country_form(const Json& options) {
  const std::string to = option_text(options, "to");
  return to == "alpha_3"   ? CountryForm::Alpha3
         : to == "numeric" ? CountryForm::Numeric
         : to == "name"    ? CountryForm::Name
                           : CountryForm::Alpha2;
}

Result<AddressNames> address_options(const Json& options) {
  AddressNames out{option_text(options, "street"), option_text(options, "suburb"), option_text(options, "state"),
                   option_text(options, "postcode"), option_text(options, "country")};
  if (out.street.empty() && out.suburb.empty() && out.state.empty() && out.postcode.empty() && out.country.empty())
    return fail(Code::KeyRequired, "address names no part", "Write address(street: AddressLine1, suburb: City, …)");
  return out;
}

Result<DateReading> date_options(const Json& options) {
  DateReading out;
  out.order = option_text(options, "order");
  if (const auto pivot = option_number(options, "pivot")) out.pivot = static_cast<int>(*pivot);
  out.excel = option_text(options, "format") == "excel";
  out.not_before = option_text(options, "not_before");
  out.not_after = option_text(options, "not_after");
  for (const std::string* bound : {&out.not_before, &out.not_after}) {
    if (!bound->empty() && !days_of(*bound))
      return fail(Code::ChoiceUnknown, "the option not_before or not_after is no date",
                  "Use a date such as 1900-01-01");
  }
  return out;
}

LocalReading local_options(const Json& options) {
  const std::string gap = option_text(options, "gap"), overlap = option_text(options, "overlap");
  return {.zone = option_text(options, "zone"),
          .gap = gap == "later"     ? Gap::Later
                 : gap == "earlier" ? Gap::Earlier
                                    : Gap::Reject,
          .overlap = overlap == "later"     ? Overlap::Later
                     : overlap == "earlier" ? Overlap::Earlier
                                            : Overlap::Reject,
          .at = option_text(options, "at")};
}

NumberForm number_options(const Json& options) {
  return {.decimal = option_text(options, "decimal"), .group = option_text(options, "group")};
}

MoneyForm money_options(const Json& options) {
  MoneyForm out;
  out.currency = upper_ascii(trimmed(option_text(options, "currency")));
  out.number = number_options(options);
  out.minor_in = option_text(options, "unit") == "minor_in";
  const std::string round = option_text(options, "round");
  if (round == "half_even") out.rounding = Rounding::HalfEven;
  if (round == "half_up") out.rounding = Rounding::HalfUp;
  if (round == "down") out.rounding = Rounding::Down;
  return out;
}

Result<EnumTable> enum_options(const Json& options) {
  if (!options["table"].is_object())
    return fail(Code::ChoiceUnknown, "the option table is no table",
                "Use an object of hub values, each with the system's word");
  return EnumTable{.rows = options["table"].members(),
                   .ignore_case = option_flag(options, "ignore_case"),
                   .trim = option_flag(options, "trim"),
                   .list = option_text(options, "list")};
}

}  // namespace linchpin::mapping
