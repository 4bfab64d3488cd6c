// Times and zones: the system's tz database by Howard Hinnant's date, which knows the transitions that are listed
// there. Behind the last one (2037) zones follow a rule that only ICU evaluates.
#include <date/tz.h>
#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include <memory>

#include "mapping/clock_text.hpp"
#include "mapping/date.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t listed_until = 2'114'380'800;  // 2037-01-01T00:00:00Z

tl::unexpected<Error> unknown_zone() {
  return fail(Code::ValueUnknownZone, "the declared time zone is not in the tz database",
              "Use an IANA name, as in Australia/Sydney");
}
tl::unexpected<Error> no_zone() {
  return fail(Code::ValueNeedsZone, "the time has no offset, and no zone is declared",
              "Declare the zone, as in zone: Australia/Sydney");
}

Result<const date::time_zone*> find_zone(std::string_view name) {
  if (name.empty()) return no_zone();
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return unknown_zone();
  }
}

std::unique_ptr<icu::TimeZone> icu_zone(std::string_view name) {
  std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())})));
  return *zone == icu::TimeZone::getUnknown() ? nullptr : std::move(zone);
}

// Seconds east of UTC at an instant.
Result<int> offset_at(std::string_view name, std::int64_t seconds) {
  const date::time_zone* const zone = TRY(find_zone(name));
  try {
    if (seconds < listed_until) {
      return static_cast<int>(zone->get_info(date::sys_seconds{std::chrono::seconds{seconds}}).offset.count());
    }
    if (const auto ruled = icu_zone(name)) {
      int32_t raw = 0, saving = 0;
      UErrorCode status = U_ZERO_ERROR;
      ruled->getOffset(static_cast<double>(seconds) * 1000.0, false, raw, saving, status);
      if (U_SUCCESS(status)) return (raw + saving) / 1000;
    }
    return static_cast<int>(zone->get_info(date::sys_seconds{std::chrono::seconds{seconds}}).offset.count());
  } catch (const std::exception&) {
    return unknown_zone();
  }
}

// The offsets that a local time may have: one; two where it happens twice; the two around it where it is jumped over.
struct Offsets {
  enum class Kind { Unique, Twice, Never } kind = Kind::Unique;
  int before = 0, after = 0;  // of the earlier and the later side of the change
};
Result<Offsets> offsets_of(std::string_view name, std::int64_t local_seconds) {
  const date::time_zone* const zone = TRY(find_zone(name));
  if (local_seconds < listed_until) {
    try {
      const date::local_info info = zone->get_info(date::local_seconds{std::chrono::seconds{local_seconds}});
      const auto first = static_cast<int>(info.first.offset.count());
      const auto second = static_cast<int>(info.second.offset.count());
      switch (info.result) {
        case date::local_info::nonexistent:
          return Offsets{Offsets::Kind::Never, first, second};
        case date::local_info::ambiguous:
          return Offsets{Offsets::Kind::Twice, first, second};
        default:
          return Offsets{Offsets::Kind::Unique, first, first};
      }
    } catch (const std::exception&) {
      return unknown_zone();
    }
  }
  // A local time is real under an offset that is in force at the instant that the offset makes of it.
  const int before = TRY(offset_at(name, local_seconds - day_seconds));
  const int after = TRY(offset_at(name, local_seconds + day_seconds));
  const bool early = TRY(offset_at(name, local_seconds - before)) == before;
  const bool late = TRY(offset_at(name, local_seconds - after)) == after;
  if (early && late) return Offsets{before == after ? Offsets::Kind::Unique : Offsets::Kind::Twice, before, after};
  if (early) return Offsets{Offsets::Kind::Unique, before, before};
  if (late) return Offsets{Offsets::Kind::Unique, after, after};
  return Offsets{Offsets::Kind::Never, before, after};
}

Result<std::int64_t> resolve(std::int64_t local, const LocalReading& reading) {
  const Offsets offsets = TRY(offsets_of(reading.zone, local));
  switch (offsets.kind) {
    case Offsets::Kind::Unique:
      return local - offsets.before;
    case Offsets::Kind::Twice:
      switch (reading.overlap) {
        case Overlap::Earlier:
          return local - offsets.before;
        case Overlap::Later:
          return local - offsets.after;
        case Overlap::Reject:
          break;
      }
      return fail(Code::ValueAmbiguous, "the local time happens twice, as the clocks are put back",
                  "Declare overlap: earlier or later");
    case Offsets::Kind::Never:
      break;
  }
  switch (reading.gap) {
    case Gap::Later:
      return local - offsets.before;
    case Gap::Earlier:
      return local - offsets.after;
    case Gap::Reject:
      break;
  }
  return fail(Code::ValueNonexistent, "the local time does not exist, as the clocks are put forward",
              "Declare gap: later or earlier");
}

Result<std::string> written(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_text()) return ascii_digits(trimmed(value.text()));
  return fail(Code::ValueInvalid, "the value is not a text with a date and a time");
}

std::int64_t local_days(std::int64_t seconds) { return seconds / day_seconds - (seconds % day_seconds < 0 ? 1 : 0); }

}  // namespace

bool is_zone(std::string_view name) { return find_zone(name).has_value(); }

Result<Value> to_utc(const Json& value, const LocalReading& reading) {
  const std::string text = TRY(written(value));
  if (text.empty()) return Value();
  if (!reading.zone.empty()) TRY(find_zone(reading.zone));
  ClockText clock = TRY(parse_clock_text(text));
  if (!clock.second_of_day) {
    if (reading.at.empty()) {
      return fail(Code::ValueNeedsTime, "a date alone stands where a time is due", "Declare at:, as in at: 09:00");
    }
    clock.second_of_day = parse_time_of_day(reading.at);
    if (!clock.second_of_day) return fail(Code::ValueInvalid, "at: is not a time of day", "Write it as 09:00");
  }
  const std::int64_t local = clock.days * day_seconds + *clock.second_of_day;
  const Moment moment{clock.offset_seconds ? local - *clock.offset_seconds : TRY(resolve(local, reading)),
                      clock.fraction};
  if (!in_range(moment)) return fail(Code::ValueOutOfRange, "the time lies outside of the years 1 to 9999");
  return Value(to_text(moment));
}

Result<Json> to_local(const Value& datetime, std::string_view zone) {
  const std::string text = TRY(written(datetime));
  if (text.empty()) return Json();
  if (zone.empty()) return no_zone();
  const Moment moment = TRY(parse_moment(text));
  const int offset = TRY(offset_at(zone, moment.seconds));
  if (offset % 60 != 0) {
    return fail(Code::ValueLossy, "the zone's offset at that time has seconds, which RFC 3339 cannot say");
  }
  const Moment local{moment.seconds + offset, moment.fraction};
  if (!in_range(local)) return fail(Code::ValueOutOfRange, "the time lies outside of the years 1 to 9999");
  std::string out = to_text(local);
  out.pop_back();
  const int minutes = std::abs(offset) / 60;
  out += offset < 0 ? '-' : '+';
  out += std::to_string(100 + minutes / 60).substr(1) + ":" + std::to_string(100 + minutes % 60).substr(1);
  return Json(std::move(out));
}

Result<Value> to_date(const Json& datetime, std::string_view zone, bool midnight_utc) {
  const std::string text = TRY(written(datetime));
  if (text.empty()) return Value();
  const ClockText clock = TRY(parse_clock_text(text));
  if (!clock.second_of_day) return Value(date_of_days(clock.days));
  if (midnight_utc) {
    const Moment moment = TRY(parse_moment(text));
    if (moment.seconds % day_seconds != 0 || !moment.fraction.empty()) {
      return fail(Code::ValueLossy, "the time is not midnight in UTC, so it is no date of this system's",
                  "Map it as a datetime, or declare a zone");
    }
    return Value(date_of_days(local_days(moment.seconds)));
  }
  if (zone.empty()) return no_zone();
  if (!clock.offset_seconds) {
    TRY(find_zone(zone));
    return Value(date_of_days(clock.days));
  }
  const Moment moment = TRY(parse_moment(text));
  const Moment local{moment.seconds + TRY(offset_at(zone, moment.seconds)), moment.fraction};
  if (!in_range(local)) return fail(Code::ValueOutOfRange, "the date lies outside of the years 1 to 9999");
  return Value(date_of_days(local_days(local.seconds)));
}

}  // namespace linchpin::mapping
