#include "model/schedule.hpp"

#include <date/tz.h>

#include <array>
#include <charconv>
#include <vector>

namespace linchpin::model {
namespace {

constexpr int days_most = 366 * 9;  // the longest wait is for a 29 February across the year 2100

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                    : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(by, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

// "*", "5", "1-5", "*/15", "8-18/2", and several of them with commas between.
template <std::size_t N>
bool read_part(std::string_view text, int least, int most, std::bitset<N>& into) {
  for (const std::string_view one : split(text, ',')) {
    const std::vector<std::string_view> stepped = split(one, '/');
    const std::vector<std::string_view> range = split(stepped[0], '-');
    const bool all = stepped[0] == "*";
    const std::optional<int> step = stepped.size() == 1 ? std::optional(1) : number(stepped[1]);
    const std::optional<int> from = all ? std::optional(least) : number(range[0]);
    const std::optional<int> to = all ? std::optional(most) : range.size() == 2 ? number(range[1]) : from;
    if (stepped.size() > 2 || range.size() > 2 || !step || *step < 1 || !from || !to) return false;
    if (*from < least || *to > most || *from > *to || (stepped.size() == 2 && !all && range.size() == 1)) return false;
    for (int i = *from; i <= *to; i += *step) into.set(static_cast<std::size_t>(i) % N);
  }
  return true;
}

bool on_day(const Schedule& s, date::local_days day) {
  const date::year_month_day date{day};
  if (!s.months[static_cast<unsigned>(date.month())]) return false;
  const bool by_day = s.days[static_cast<unsigned>(date.day())];
  const bool by_weekday = s.weekdays[date::weekday(day).c_encoding()];
  if (s.any_day || s.any_weekday) return by_day && by_weekday;
  return by_day || by_weekday;
}

// The first time after `after` that a local minute of the day has; of two that it has, the second only where asked for.
std::optional<Instant> instant_of(const date::time_zone& zone, date::local_seconds local, bool twice, Instant after) {
  const date::local_info info = zone.get_info(local);
  const auto at = [&](std::chrono::seconds offset) {
    return from_ms((local.time_since_epoch() - offset).count() * 1000);
  };
  std::array<std::optional<Instant>, 2> times{at(info.first.offset), std::nullopt};
  if (info.result == date::local_info::nonexistent)
    times[0] = from_ms(info.first.end.time_since_epoch().count() * 1000);
  if (info.result == date::local_info::ambiguous && twice) times[1] = at(info.second.offset);
  for (const auto& time : times)
    if (time && *time > after) return time;
  return std::nullopt;
}

}  // namespace

std::optional<Schedule> parse_schedule(std::string_view text) {
  if (text == "hourly") return parse_schedule("0 * * * *");
  if (text == "nightly") return parse_schedule("0 2 * * *");
  if (text == "weekly") return parse_schedule("0 2 * * 0");
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(text, ' '))
    if (!part.empty()) parts.push_back(part);
  Schedule s;
  if (parts.size() != 5 || !read_part(parts[0], 0, 59, s.minutes) || !read_part(parts[1], 0, 23, s.hours) ||
      !read_part(parts[2], 1, 31, s.days) || !read_part(parts[3], 1, 12, s.months) ||
      !read_part(parts[4], 0, 7, s.weekdays))
    return std::nullopt;
  s.every_hour = parts[1] == "*";
  s.any_day = parts[2].starts_with('*');
  s.any_weekday = parts[4].starts_with('*');
  if (!next_time(s, "UTC", Instant{})) return std::nullopt;
  return s;
}

std::optional<Instant> next_time(const Schedule& schedule, const std::string& zone, Instant after) {
  try {
    const date::time_zone& place = *date::locate_zone(zone);
    const date::sys_seconds from{std::chrono::seconds{ms_since_epoch(after) / 1000}};
    const date::local_days today = date::floor<date::days>(place.to_local(from));
    for (date::local_days day = today - date::days(1); day < today + date::days(days_most); day += date::days(1)) {
      if (!on_day(schedule, day)) continue;
      std::optional<Instant> first;  // by the clock on the wall the order may be another than in time
      for (int minute = 0; minute < 24 * 60; ++minute) {
        if (!schedule.hours[static_cast<std::size_t>(minute / 60)] ||
            !schedule.minutes[static_cast<std::size_t>(minute % 60)])
          continue;
        const auto time = instant_of(place, day + std::chrono::minutes(minute), schedule.every_hour, after);
        if (time && (!first || *time < *first)) first = time;
      }
      if (first) return first;
    }
  } catch (const std::exception&) {  // the zone is unknown, or the tz database is not there
  }
  return std::nullopt;
}

}  // namespace linchpin::model
