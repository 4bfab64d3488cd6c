// When something is to be done, again and again, in the firm's own time zone. As crontab(5) of Vixie cron has it: five
// parts, each `*`, numbers, ranges and steps (minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7, 0
// and 7 are Sunday); where both days are restricted, either will do. A time that the clocks jump over is due at the
// jump; one that comes twice is due the first time only, unless its hour is `*`.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace linchpin::model {

struct Schedule {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;     // of the month; 0 is unused
  std::bitset<13> months;   // 0 is unused
  std::bitset<7> weekdays;  // from Sunday
  bool every_hour = false, any_day = false, any_weekday = false;
  bool operator==(const Schedule&) const = default;
};

// "0 2 * * *", or hourly, nightly (at two), weekly (on Sunday at two). Nothing when it is none, or never comes (30
// February).
std::optional<Schedule> parse_schedule(std::string_view);

// The first time after `after`; nothing when `zone` (an IANA name) is unknown.
std::optional<Instant> next_time(const Schedule&, const std::string& zone, Instant after);

}  // namespace linchpin::model
