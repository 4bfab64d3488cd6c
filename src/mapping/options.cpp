#include "mapping/options.hpp"

#include "mapping/clock_text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> bad_option(std::string_view name, std::string_view allowed) {
  return fail(Code::ChoiceUnknown, "the option " + std::string(name) + " has no such choice",
              "Use " + std::string(allowed));
}

}  // namespace

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

Result<DateReading> date_options(const Json& options) {
  DateReading out;
  out.order = option_text(options, "order");
  if (!out.order.empty() && out.order != "dmy" && out.order != "mdy") return bad_option("order", "dmy or mdy");
  if (const auto pivot = option_number(options, "pivot")) out.pivot = static_cast<int>(*pivot);
  const std::string format = option_text(options, "format");
  if (!format.empty() && format != "excel") return bad_option("format", "excel");
  out.excel = format == "excel";
  out.not_before = option_text(options, "not_before");
  out.not_after = option_text(options, "not_after");
  for (const std::string* bound : {&out.not_before, &out.not_after}) {
    if (!bound->empty() && !days_of(*bound)) return bad_option("not_before or not_after", "a date such as 1900-01-01");
  }
  return out;
}

Result<LocalReading> local_options(const Json& options) {
  LocalReading out;
  out.zone = option_text(options, "zone");
  out.at = option_text(options, "at");
  const std::string gap = option_text(options, "gap");
  if (gap == "later")
    out.gap = Gap::Later;
  else if (gap == "earlier")
    out.gap = Gap::Earlier;
  else if (!gap.empty() && gap != "reject")
    return bad_option("gap", "later, earlier or reject");
  const std::string overlap = option_text(options, "overlap");
  if (overlap == "later")
    out.overlap = Overlap::Later;
  else if (overlap == "earlier")
    out.overlap = Overlap::Earlier;
  else if (!overlap.empty() && overlap != "reject")
    return bad_option("overlap", "earlier, later or reject");
  return out;
}

NumberForm number_options(const Json& options) {
  return {.decimal = option_text(options, "decimal"), .group = option_text(options, "group")};
}

Result<MoneyForm> money_options(const Json& options) {
  MoneyForm out;
  out.currency = option_text(options, "currency");
  out.number = number_options(options);
  out.minor_in = option_text(options, "unit") == "minor_in";
  const std::string round = option_text(options, "round");
  if (round == "half_even")
    out.rounding = Rounding::HalfEven;
  else if (round == "half_up")
    out.rounding = Rounding::HalfUp;
  else if (round == "down")
    out.rounding = Rounding::Down;
  else if (!round.empty())
    return bad_option("round", "half_even, half_up or down");
  return out;
}

Result<EnumTable> enum_options(const Json& options) {
  if (!options["table"].is_object()) return bad_option("table", "an object of hub values and system values");
  return EnumTable{.rows = options["table"].members(),
                   .ignore_case = option_flag(options, "ignore_case"),
                   .trim = option_flag(options, "trim"),
                   .list = option_text(options, "list")};
}

Result<CountryForm> country_options(const Json& options) {
  const std::string to = option_text(options, "to");
  if (to.empty() || to == "alpha_2") return CountryForm::Alpha2;
  if (to == "alpha_3") return CountryForm::Alpha3;
  if (to == "numeric") return CountryForm::Numeric;
  if (to == "name") return CountryForm::Name;
  return bad_option("to", "alpha_2, alpha_3, numeric or name");
}

}  // namespace linchpin::mapping
