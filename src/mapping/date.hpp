// Calendar dates and times. Canonical: "YYYY-MM-DD"; RFC 3339 in UTC with "Z" and no trailing zeros in the fraction.
// Zones are the system's tz database by Howard Hinnant's date. Nothing is guessed: what order day and month stand in,
// which century, which zone, is declared or refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

struct DateReading {
  std::string order;                  // "dmy", "mdy", or "" when the mapping names none
  std::optional<int> pivot;           // two-digit years up to it are 20xx, above it 19xx
  bool excel = false;                 // a day number of Excel's 1900 system
  std::string not_before, not_after;  // "YYYY-MM-DD", inclusive
};
Result<Value> parse_date(const Json& value, const DateReading&);
Result<Json> date_out(const Value& date, const DateReading&);  // what parse_date reads as it; ValueOutOfRange

enum class Gap { Reject, Later, Earlier };      // a local time that the clocks jump over
enum class Overlap { Reject, Earlier, Later };  // a local time that happens twice
bool is_zone(std::string_view);                 // of the tz database
struct LocalReading {
  std::string zone;  // IANA name; "" when the mapping names none
  Gap gap = Gap::Reject;
  Overlap overlap = Overlap::Reject;
  std::string at;  // the time of day for a date alone: "09:00"
};
// A local text, or RFC 3339 (its own offset wins), to the canonical form.
Result<Value> to_utc(const Json& value, const LocalReading&);
Result<Json> to_local(const Value& datetime, std::string_view zone);  // RFC 3339 with that zone's offset at that time
// The calendar date of an instant in a zone; or, `midnight_utc`, of a system that keeps dates as midnight UTC.
Result<Value> to_date(const Json& datetime, std::string_view zone, bool midnight_utc);

// A moment as seconds since 1970 UTC and the digits of its fraction, as exact as the text was.
struct Moment {
  std::int64_t seconds = 0;
  std::string fraction;  // without trailing zeros: "94"
  bool operator==(const Moment&) const = default;
};
std::string to_text(const Moment&);                          // the canonical form
std::optional<std::int64_t> milliseconds_of(const Moment&);  // nothing when the fraction is finer
Moment moment_of_milliseconds(std::int64_t);
bool in_range(const Moment&);                   // years 0001 to 9999
Result<Moment> parse_moment(std::string_view);  // RFC 3339; ValueNeedsZone for a local time, ValueNeedsTime for a date
std::optional<std::int64_t> days_of(std::string_view canonical_date);  // since 1970-01-01
std::string date_of_days(std::int64_t days);

}  // namespace linchpin::mapping
