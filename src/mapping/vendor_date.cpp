#include "mapping/vendor_date.hpp"

#include <algorithm>

#include "mapping/date.hpp"
#include "mapping/decimal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

constexpr std::int64_t day_seconds = 86'400;

tl::unexpected<Error> not_a_vendor_date() {
  return fail(Code::ValueInvalid, "the value is not a date or a time as the system writes them",
              "Look at the object's data model; the field may be of another type");
}
tl::unexpected<Error> not_midnight() {
  return fail(Code::ValueLossy, "the time is not midnight in UTC, so it is no date of this system's",
              "Map it as a datetime");
}
tl::unexpected<Error> out_of_range() {
  return fail(Code::ValueOutOfRange, "the time lies outside of the years 1 to 9999");
}

bool digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The milliseconds of "/Date(ms)/" or "/Date(ms±hhmm)/".
std::optional<std::string> inside_of_date(std::string_view text) {
  if (!text.starts_with("/Date(") || !text.ends_with(")/")) return std::nullopt;
  text = text.substr(6, text.size() - 8);
  std::string ms;
  if (text.starts_with('-')) {
    ms = "-";
    text.remove_prefix(1);
  }
  const auto sign = text.find_first_of("+-");
  const std::string_view number = text.substr(0, sign);
  if (!digits(number)) return std::nullopt;
  if (sign != std::string_view::npos) {
    const std::string_view offset = text.substr(sign + 1);
    if (offset.size() != 4 || !digits(offset) || offset[2] > '5' || offset > "1400") return std::nullopt;
  }
  return ms + std::string(number);
}

Result<Moment> from_milliseconds(std::string_view text) {
  const auto number = Decimal::parse(text);
  if (!number || number->places() > 0) return not_a_vendor_date();
  const auto ms = number->integer();
  if (!ms) return out_of_range();
  const Moment moment = moment_of_milliseconds(*ms);
  if (!in_range(moment)) return out_of_range();
  return moment;
}

// What the system wrote: an instant, or a date alone (a local midnight is one).
struct Read {
  std::optional<Moment> moment;
  std::string date;
};

Result<Json> give(const Read& read, VendorTo to, bool xero) {
  switch (to) {
    case VendorTo::Date: {
      if (!read.moment) return Json(read.date);
      if (read.moment->seconds % day_seconds != 0 || !read.moment->fraction.empty()) return not_midnight();
      return Json(to_text(*read.moment).substr(0, 10));
    }
    case VendorTo::Datetime:
      if (!read.moment)
        return fail(Code::ValueNeedsTime, "a date alone stands where a time is due", "Map it as a date");
      return Json(to_text(*read.moment));
    case VendorTo::Vendor:
      break;
  }
  const Moment moment = read.moment ? *read.moment : Moment{*days_of(read.date) * day_seconds, ""};
  const auto ms = milliseconds_of(moment);
  if (!ms) return fail(Code::ValueLossy, "the time is finer than a millisecond");
  if (!xero) return Json(*ms);
  return Json("/Date(" + std::to_string(*ms) + "+0000)/");
}

}  // namespace

Result<Json> xero_datetime(const Json& value, VendorTo to) {
  if (value.is_null()) return Json();
  if (!value.is_text()) return not_a_vendor_date();
  const std::string text = trimmed(value.text());
  if (text.empty()) return Json();
  if (const auto ms = inside_of_date(text)) return give({TRY(from_milliseconds(*ms)), ""}, to, true);
  if (days_of(text)) return give({std::nullopt, text}, to, true);
  // DateString: "2026-11-24T00:00:00", a date in the form of a local time.
  const Json local = Json(text);
  if (to != VendorTo::Datetime && text.size() >= 19 && days_of(text.substr(0, 10)) &&
      text.find_first_of("Zz+", 10) == std::string::npos && text.find('-', 10) == std::string::npos) {
    const auto date = parse_date(local, {});
    if (date) return give({std::nullopt, date->text()}, to, true);
    // A time of day is an instant's when it is written, and none without a zone.
    if (to == VendorTo::Date) return tl::unexpected(date.error());
  }
  return give({TRY(parse_moment(text)), ""}, to, true);
}

Result<Json> hubspot_datetime(const Json& value, VendorTo to) {
  if (value.is_null()) return Json();
  if (!value.is_text() && !value.is_number()) return not_a_vendor_date();
  const std::string text = value.is_text() ? trimmed(value.text()) : value.number_text();
  if (text.empty()) return Json();
  const bool is_number =
      value.is_number() || digits(text) || (text.starts_with('-') && digits(std::string_view(text).substr(1)));
  if (is_number) return give({TRY(from_milliseconds(text)), ""}, to, false);
  if (days_of(text)) return give({std::nullopt, text}, to, false);
  return give({TRY(parse_moment(text)), ""}, to, false);
}

}  // namespace linchpin::mapping
