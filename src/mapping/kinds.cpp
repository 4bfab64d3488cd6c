// Every kind of transform by its name, on one value with its options: what `linchpin transform NAME` runs.
#include <algorithm>
#include <array>

#include "mapping/email.hpp"
#include "mapping/fit.hpp"
#include "mapping/name.hpp"
#include "mapping/normal.hpp"
#include "mapping/options.hpp"
#include "mapping/path.hpp"
#include "mapping/phone.hpp"
#include "mapping/roundtrip.hpp"
#include "mapping/text.hpp"
#include "mapping/vendor_date.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> bad_option(std::string_view name, std::string_view choices) {
  return fail(Code::InvalidArgument, "the option " + std::string(name) + " has no such choice",
              "Use " + std::string(choices));
}
Result<std::string> text_or_blank(const Json& input) {
  if (input.is_null()) return std::string();
  if (input.is_text()) return input.text();
  return fail(Code::ValueInvalid, "the value is not a text");
}

Result<Json> phone_normalise(const Json& in, const Json& o) { return normalise_phone(in, option_text(o, "region")); }
Result<Json> phone_format(const Json& in, const Json& o) {
  const Value canonical = TRY(normalise_phone(in, option_text(o, "region")));
  const std::string style = option_text(o, "style");
  if (style == "national") return format_phone(canonical, PhoneStyle::National);
  if (style == "international") return format_phone(canonical, PhoneStyle::International);
  if (style == "rfc3966") return format_phone(canonical, PhoneStyle::Rfc3966);
  return bad_option("style", "national, international or rfc3966");
}
Result<Json> phone_join(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  if (!in.is_object()) return fail(Code::ValueInvalid, "the value is not an object with the parts of a number");
  return join_phone({in["country"], in["area"], in["number"]}, option_text(o, "region"));
}
Result<Json> date_parse(const Json& in, const Json& o) {
  const DateReading reading = TRY(date_options(o));
  return parse_date(in, reading);
}
Result<Json> datetime_to_date(const Json& in, const Json& o) {
  return to_date(in, option_text(o, "zone"), option_text(o, "date_at") == "midnight_utc");
}
Result<Json> datetime_to_utc(const Json& in, const Json& o) {
  const LocalReading reading = TRY(local_options(o));
  return to_utc(in, reading);
}
Result<Json> datetime_to_local(const Json& in, const Json& o) { return to_local(in, option_text(o, "zone")); }
Result<VendorTo> vendor_to(const Json& o, std::string_view vendor) {
  const std::string to = option_text(o, "to");
  if (to == "date") return VendorTo::Date;
  if (to == "datetime" || to.empty()) return VendorTo::Datetime;
  if (to == vendor) return VendorTo::Vendor;
  return bad_option("to", "date, datetime or " + std::string(vendor));
}
Result<Json> xero(const Json& in, const Json& o) {
  const VendorTo to = TRY(vendor_to(o, "xero"));
  return xero_datetime(in, to);
}
Result<Json> hubspot(const Json& in, const Json& o) {
  const VendorTo to = TRY(vendor_to(o, "epoch"));
  return hubspot_datetime(in, to);
}
Result<Json> money(const Json& in, const Json& o) {
  const MoneyForm form = TRY(money_options(o));
  const Value value = TRY(normalise_money(in, form));
  return option_text(o, "unit") == "minor_out" ? minor_units(value) : Result<Json>(value);
}
Result<Json> number(const Json& in, const Json& o) {
  return option_text(o, "type") == "integer" ? normalise_integer(in, number_options(o))
                                             : normalise_decimal(in, number_options(o));
}
Result<Json> country(const Json& in, const Json& o) {
  const CountryForm form = TRY(country_options(o));
  const Value alpha_2 = TRY(normalise_country(in));
  return format_country(alpha_2, form);
}
Result<Json> address_au(const Json& in, const Json& o) {
  const std::string what = option_text(o, "what");
  if (what == "state") return normalise_australian_state(in);
  if (what == "postcode") return normalise_australian_postcode(in);
  return bad_option("what", "state or postcode");
}
Result<Json> enum_table(const Json& in, const Json& o) {
  const EnumTable table = TRY(enum_options(o));
  return option_text(o, "direction") == "out" ? enum_out(in, table) : enum_in(in, table);
}
Result<Json> name_split(const Json& in, const Json& o) {
  NameForm form{option_text(o, "locale"), option_text(o, "order") == "family_first", std::nullopt};
  if (const auto count = option_number(o, "family_words"); count && *count > 0)
    form.family_words = static_cast<int>(*count);
  return split_name(in, form);
}
Result<Json> name_join(const Json& in, const Json& o) {
  return join_name(in, option_text(o, "locale"), option_text(o, "style") == "sorting");
}
Result<Json> text_exact(const Json& in, const Json&) {
  if (in.is_null() || in.is_text()) return in;
  return fail(Code::ValueInvalid, "the value is not a text");
}
Result<Json> text_clean(const Json& in, const Json&) {
  if (in.is_null()) return Json();
  return Json(cleaned(TRY(text_or_blank(in))));
}
Result<Json> text_fit(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  const auto max = option_number(o, "max");
  if (!max || *max < 0) return bad_option("max", "a whole number");
  const std::string unit = option_text(o, "unit");
  FitUnit counted = FitUnit::CodePoints;
  if (unit == "utf16")
    counted = FitUnit::Utf16;
  else if (unit == "bytes")
    counted = FitUnit::Bytes;
  else if (!unit.empty() && unit != "code_points")
    return bad_option("unit", "code_points, utf16 or bytes");
  return fit_text(TRY(text_or_blank(in)), static_cast<std::size_t>(*max), counted, option_text(o, "over") == "cut");
}
Result<Json> text_case(const Json& in, const Json& o) {
  if (in.is_null()) return Json();
  const std::string to = option_text(o, "to");
  if (to != "upper" && to != "lower") return bad_option("to", "upper or lower");
  return Json(in_case(TRY(text_or_blank(in)), to == "upper", option_text(o, "locale")));
}
Result<Json> fold(const Json& in, const Json&) {
  const std::string text = TRY(text_or_blank(in));
  return is_blank(text) ? Json() : Json(fold_key(text));
}
Result<Json> email_normalise(const Json& in, const Json& o) {
  const std::string named = option_text(o, "display_name");
  return normalise_email(in, !named.empty() && named != "false");
}
Result<Json> email_match_key(const Json& in, const Json& o) {
  return email_key(in, option_flag(o, "drop_tag"), option_flag(o, "gmail"));
}
Result<Json> boolean(const Json& in, const Json& o) {
  const Json *yes = o.find("true"), *no = o.find("false");
  const auto word = [&](const Json& value) -> Result<Json> {
    if (!value.is_boolean() || (!yes && !no)) return value;
    const Json* own = value.boolean() ? yes : no;
    if (!own)
      return fail(Code::ValueUnmapped, "the system has no word for this value",
                  "Declare both, as in boolean(true: Y, false: N)");
    return *own;
  };
  auto value = normalise_boolean(in);
  if (value) return word(*value);
  if (yes && in == *yes) return Json(true);
  if (no && in == *no) return Json(false);
  return value;
}
Result<Json> list_join(const Json& in, const Json& o) {
  const std::string to = option_text(o, "to");
  std::string separator = option_text(o, "separator");
  if (separator.empty()) separator = ";";
  if (to == "text" || (to.empty() && in.is_list())) return text_from_list(in, separator, option_flag(o, "trim"));
  if (to == "list" || to.empty()) return list_from_text(in, separator, option_flag(o, "trim"));
  return bad_option("to", "list or text");
}
Result<Json> path_read(const Json& in, const Json& o) {
  const Path at = TRY(parse_path(option_text(o, "at")));
  return read(at, in).value_or(Json());
}
Result<Json> path_write(const Json& in, const Json& o) {
  const Path at = TRY(parse_path(option_text(o, "at")));
  return write(at, in["record"], in["value"]);
}
Result<Json> url_normalise(const Json& in, const Json&) { return normalise_url(in); }

struct Kind {
  std::string_view name;
  Result<Json> (*run)(const Json&, const Json&);
};
constexpr std::array<Kind, 31> kinds{{
    {"phone.normalise", phone_normalise},
    {"phone.format", phone_format},
    {"phone.join", phone_join},
    {"date.parse", date_parse},
    {"datetime.to_date", datetime_to_date},
    {"datetime.to_utc", datetime_to_utc},
    {"datetime.to_local", datetime_to_local},
    {"xero.datetime", xero},
    {"hubspot.datetime", hubspot},
    {"money", money},
    {"number", number},
    {"country", country},
    {"address.au", address_au},
    {"enum.table", enum_table},
    {"name.split", name_split},
    {"name.join", name_join},
    {"text.exact", text_exact},
    {"text.clean", text_clean},
    {"text.fit", text_fit},
    {"text.case", text_case},
    {"fold", fold},
    {"email.normalise", email_normalise},
    {"email.key", email_match_key},
    {"boolean", boolean},
    {"null.effect", null_effect},
    {"list.join", list_join},
    {"path.read", path_read},
    {"path.write", path_write},
    {"url.normalise", url_normalise},
    {"same.value", same_values},
    {"roundtrip", round_trip},
}};

}  // namespace

Result<Json> run_transform(std::string_view name, const Json& input, const Json& options) {
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return one.name == name; });
  if (kind == kinds.end())
    return fail(Code::NotFound, "there is no transform of that name",
                "docs/guide/expressions-and-transforms.md lists them");
  return kind->run(input, options);
}

}  // namespace linchpin::mapping
