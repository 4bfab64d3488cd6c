#include "base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace linchpin {
namespace {

// Takes exactly `count` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}
bool take(std::string_view& text, char upper, char lower) {
  if (text.empty() || (text.front() != upper && text.front() != lower)) return false;
  text.remove_prefix(1);
  return true;
}
bool take(std::string_view& text, char c) { return take(text, c, c); }

tl::unexpected<Error> not_a_time() {
  return fail(Code::ValueInvalid, "a time is not in the form of RFC 3339", "Write it like 2026-11-24T01:02:03Z");
}

}  // namespace

std::string rfc3339(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string out = text.data();
  if (const auto ms = static_cast<int>(clock.subseconds().count()); ms != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", ms);
    out += text.data();
  }
  return out + 'Z';
}

Result<Instant> parse_rfc3339(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return not_a_time();
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return not_a_time();
  const auto day = take_digits(text, 2);
  if (!day) return not_a_time();
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return fail(Code::ValueInvalid, "a date is not in the calendar");
  if (text.empty()) return fail(Code::ValueNeedsTime, "a date alone stands where a time is due");
  if (!take(text, 'T', 't')) return not_a_time();

  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return not_a_time();
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return not_a_time();
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return not_a_time();  // 60: a leap second, which is the next minute's first here
  int ms = 0;
  if (take(text, '.')) {
    int scale = 100;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits, scale /= 10) {
      ms += (text[digits] - '0') * scale;
    }
    if (digits == 0) return not_a_time();
    text.remove_prefix(digits);
  }
  const Instant local = std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                        seconds{*second} + milliseconds{ms};
  if (text.empty()) return fail(Code::ValueNeedsZone, "a time has no zone", "Give it a Z or an offset");
  if (take(text, 'Z', 'z')) {
    if (!text.empty()) return not_a_time();
    return local;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+', '-')) return not_a_time();
  const auto offset_hour = take_digits(text, 2);
  if (!offset_hour || *offset_hour > 23 || !take(text, ':')) return not_a_time();
  const auto offset_minute = take_digits(text, 2);
  if (!offset_minute || *offset_minute > 59 || !text.empty()) return not_a_time();
  return local - sign * (std::chrono::hours{*offset_hour} + std::chrono::minutes{*offset_minute});
}

Result<milliseconds> parse_span(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  constexpr std::array<Unit, 7> units = {{{"millisecond", 1},
                                          {"second", 1'000},
                                          {"minute", 60'000},
                                          {"hour", 3'600'000},
                                          {"day", 86'400'000},
                                          {"week", 604'800'000},
                                          {"year", 31'622'400'000}}};
  const auto refuse = [] {
    return fail(Code::ValueInvalid, "a span of time is not a number and a unit",
                "Write it like 15 minutes; units are milliseconds, seconds, minutes, hours, days, weeks, years");
  };
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || text.starts_with('-')) return refuse();
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (!take(text, ' ')) return refuse();
  if (text.ends_with('s')) text.remove_suffix(1);
  for (const Unit& unit : units) {
    if (text != unit.name) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.ms) return refuse();
    return milliseconds{count * unit.ms};
  }
  return refuse();
}

}  // namespace linchpin
