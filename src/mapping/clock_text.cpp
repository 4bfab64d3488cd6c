#include "mapping/clock_text.hpp"

#include <chrono>

#include "mapping/date.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

constexpr std::int64_t day_seconds = 86'400;

tl::unexpected<Error> not_a_time() {
  return fail(Code::ValueInvalid, "the value is not a date with a time (RFC 3339)",
              "Write it as 2026-11-24T09:00:00Z, or without the offset where the mapping names a zone");
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// Reads exactly `count` digits from the front of `rest`.
std::optional<int> number(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return std::nullopt;
  int out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!digit(rest[i])) return std::nullopt;
    out = out * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return out;
}
bool take(std::string_view& rest, char c) {
  if (!rest.starts_with(c)) return false;
  rest.remove_prefix(1);
  return true;
}

struct TimeText {
  std::int64_t second_of_day = 0;
  std::string fraction;
};
std::optional<TimeText> take_time(std::string_view& rest) {
  const auto hour = number(rest, 2);
  if (!hour || !take(rest, ':')) return std::nullopt;
  const auto minute = number(rest, 2);
  int second = 0;
  std::string fraction;
  if (minute && take(rest, ':')) {
    const auto found = number(rest, 2);
    if (!found) return std::nullopt;
    second = *found;
    if (rest.size() > 1 && rest[0] == '.' && digit(rest[1])) {
      rest.remove_prefix(1);
      while (!rest.empty() && digit(rest[0])) {
        fraction += rest[0];
        rest.remove_prefix(1);
      }
      while (fraction.ends_with('0')) fraction.pop_back();
    }
  }
  // A leap second has no place in the time that computers keep, so ":60" is not one of its seconds.
  if (!minute || *hour > 23 || *minute > 59 || second > 59) return std::nullopt;
  return TimeText{*hour * 3600 + *minute * 60 + second, std::move(fraction)};
}

Result<std::optional<int>> take_offset(std::string_view rest) {
  while (take(rest, ' ')) {
  }
  if (rest.empty()) return std::optional<int>();
  if (rest == "Z" || rest == "z" || rest == "UTC" || rest == "GMT") return std::optional<int>(0);
  if (rest[0] == '+' || rest[0] == '-') {
    const int sign = rest[0] == '-' ? -1 : 1;
    rest.remove_prefix(1);
    const auto hour = number(rest, 2);
    take(rest, ':');
    const auto minute = rest.empty() ? std::optional<int>(0) : number(rest, 2);
    if (!hour || !minute || !rest.empty() || *hour > 23 || *minute > 59) return not_a_time();
    return std::optional<int>(sign * (*hour * 3600 + *minute * 60));
  }
  // The second half of a clock of 12 hours, which is no zone.
  if (const std::string half = lower_ascii(rest); half == "am" || half == "pm") return not_a_time();
  // A letter code such as AEST names several zones of the world.
  for (const char c : rest) {
    if (!is_letter(static_cast<unsigned char>(c)) && c != '/' && c != '_') return not_a_time();
  }
  return fail(Code::ValueUnknownZone, "a zone's abbreviation stands behind the time, which names no one zone",
              "Send an offset such as +10:00, or declare the zone in the mapping");
}

}  // namespace

std::optional<std::int64_t> days_from(int year, int month, int day) {
  using namespace std::chrono;
  if (year < 1 || year > 9999 || month < 1 || day < 1) return std::nullopt;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count();
}

int year_of(std::int64_t days) {
  return static_cast<int>(std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{days}}}.year());
}

std::string date_of_days(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<int>(static_cast<unsigned>(date.month()));
  const auto day = static_cast<int>(static_cast<unsigned>(date.day()));
  std::string out = "0000-00-00";
  for (int i = 3, rest = year; i >= 0; --i, rest /= 10)
    out[static_cast<std::size_t>(i)] = static_cast<char>('0' + rest % 10);
  out[5] = static_cast<char>('0' + month / 10);
  out[6] = static_cast<char>('0' + month % 10);
  out[8] = static_cast<char>('0' + day / 10);
  out[9] = static_cast<char>('0' + day % 10);
  return out;
}

std::optional<std::int64_t> days_of(std::string_view text) {
  const auto year = number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = number(text, 2);
  if (!day || !text.empty()) return std::nullopt;
  return days_from(*year, *month, *day);
}

std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
  const auto time = take_time(text);
  if (!time || !text.empty() || !time->fraction.empty()) return std::nullopt;
  return time->second_of_day;
}

Result<ClockText> parse_clock_text(std::string_view text) {
  ClockText out;
  const auto days = days_of(text.substr(0, 10));
  if (!days) return not_a_time();
  out.days = *days;
  std::string_view rest = text.substr(10);
  if (rest.empty()) return out;
  if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return not_a_time();
  auto time = take_time(rest);
  if (!time) return not_a_time();
  out.second_of_day = time->second_of_day;
  out.fraction = std::move(time->fraction);
  out.offset_seconds = TRY(take_offset(rest));
  return out;
}

std::string to_text(const Moment& moment) {
  std::int64_t days = moment.seconds / day_seconds;
  std::int64_t second = moment.seconds % day_seconds;
  if (second < 0) {
    second += day_seconds;
    --days;
  }
  std::string out = date_of_days(days) + "T00:00:00";
  const auto put = [&out](std::size_t at, std::int64_t two) {
    out[at] = static_cast<char>('0' + two / 10);
    out[at + 1] = static_cast<char>('0' + two % 10);
  };
  put(11, second / 3600);
  put(14, second / 60 % 60);
  put(17, second % 60);
  if (!moment.fraction.empty()) out += "." + moment.fraction;
  return out + "Z";
}

std::optional<std::int64_t> milliseconds_of(const Moment& moment) {
  if (moment.fraction.size() > 3) return std::nullopt;
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < moment.fraction.size() ? moment.fraction[i] - '0' : 0);
  return moment.seconds * 1000 + ms;
}

Moment moment_of_milliseconds(std::int64_t ms) {
  std::int64_t seconds = ms / 1000;
  std::int64_t rest = ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  Moment out{seconds, ""};
  if (rest == 0) return out;
  out.fraction = std::to_string(1000 + rest).substr(1);
  while (out.fraction.ends_with('0')) out.fraction.pop_back();
  return out;
}

bool in_range(const Moment& moment) {
  constexpr std::int64_t first = -719'162 * day_seconds;               // 0001-01-01
  constexpr std::int64_t behind_last = (2'932'896 + 1) * day_seconds;  // 9999-12-31 is day 2,932,896
  return moment.seconds >= first && moment.seconds < behind_last;
}

Result<Moment> parse_moment(std::string_view text) {
  const ClockText clock = TRY(parse_clock_text(text));
  if (!clock.second_of_day) {
    return fail(Code::ValueNeedsTime, "a date alone stands where a time is due", "Declare at: or map it as a date");
  }
  if (!clock.offset_seconds) {
    return fail(Code::ValueNeedsZone, "the time has no offset, and no zone is declared",
                "Declare the zone, as in zone: Australia/Sydney");
  }
  Moment out{clock.days * day_seconds + *clock.second_of_day - *clock.offset_seconds, clock.fraction};
  if (!in_range(out)) return fail(Code::ValueOutOfRange, "the time lies outside of the years 1 to 9999");
  return out;
}

}  // namespace linchpin::mapping
