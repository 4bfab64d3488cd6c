// The grammar of a date with a time as texts hold it: RFC 3339, and its relatives without an offset or seconds. Inner
// to the files about time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace linchpin::mapping {

struct ClockText {
  std::int64_t days = 0;                      // since 1970-01-01
  std::optional<std::int64_t> second_of_day;  // absent: a date alone
  std::string fraction;                       // without trailing zeros
  std::optional<int> offset_seconds;          // east of UTC; absent: a local time
};
Result<ClockText> parse_clock_text(std::string_view);
// "HH:MM", "HH:MM:SS" to the second of the day.
std::optional<std::int64_t> parse_time_of_day(std::string_view);

std::optional<std::int64_t> days_from(int year, int month, int day);  // nothing when there is no such day
int year_of(std::int64_t days);

}  // namespace linchpin::mapping
