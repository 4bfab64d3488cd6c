#include "mapping/date.hpp"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>

#include <map>
#include <vector>

#include "mapping/clock_text.hpp"
#include "mapping/decimal.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_a_date() {
  return fail(Code::ValueInvalid, "the value is not a date of the Gregorian calendar",
              "Correct it in the system that it comes from");
}
tl::unexpected<Error> no_order() {
  return fail(Code::ValueAmbiguous, "whether the day or the month stands first is not declared",
              "Declare order: dmy or order: mdy");
}
tl::unexpected<Error> no_century() {
  return fail(Code::ValueAmbiguous, "the year has no century, and no pivot is declared",
              "Declare pivot:, as in pivot: 30");
}

// English names of months and weekdays, long and short, from ICU: lower case, 1 to 12 and 101 to 107.
const std::map<std::string, int, std::less<>>& names() {
  static const auto all = [] {
    std::map<std::string, int, std::less<>> out;
    UErrorCode status = U_ZERO_ERROR;
    const icu::DateFormatSymbols symbols(icu::Locale::getEnglish(), status);
    if (U_FAILURE(status)) return out;
    const auto add = [&out](const icu::UnicodeString& name, int number) {
      std::string text;
      name.toUTF8String(text);
      out[lower_ascii(text)] = number;
    };
    for (const auto width : {icu::DateFormatSymbols::WIDE, icu::DateFormatSymbols::ABBREVIATED}) {
      int32_t count = 0;
      const icu::UnicodeString* months = symbols.getMonths(count, icu::DateFormatSymbols::FORMAT, width);
      for (int32_t i = 0; i < count && i < 12; ++i) add(months[i], i + 1);
      const icu::UnicodeString* weekdays = symbols.getWeekdays(count, icu::DateFormatSymbols::FORMAT, width);
      for (int32_t i = 1; i < count; ++i) add(weekdays[i], 100 + i);
    }
    out["sept"] = 9;  // Australian English's own short form (CLDR en-AU)
    return out;
  }();
  return all;
}

struct Part {
  enum class Kind { Number, Word, Separator } kind;
  std::string text;
};
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto kind_of = [](char32_t c) {
      return c >= U'0' && c <= U'9' ? Part::Kind::Number : is_letter(c) ? Part::Kind::Word : Part::Kind::Separator;
    };
    std::size_t next = i;
    const char32_t c = next_code_point(text, next);
    if (out.empty() || out.back().kind != kind_of(c)) out.push_back({kind_of(c), ""});
    out.back().text.append(text.substr(i, next - i));
    i = next;
  }
  return out;
}

Result<int> year_from(const std::string& digits, const DateReading& reading) {
  if (digits.size() == 4) return std::stoi(digits);
  if (digits.size() != 2) {
    if (digits.size() < 4) return no_century();
    return not_a_date();
  }
  if (!reading.pivot) return no_century();
  const int year = std::stoi(digits);
  return year <= *reading.pivot ? 2000 + year : 1900 + year;
}

Result<std::int64_t> checked(int year, int month, int day) {
  const auto days = days_from(year, month, day);
  if (!days) return not_a_date();
  return *days;
}

// Three numbers with one separator between them: 2025/04/03, 3.4.2025, 03-04-25.
Result<std::int64_t> from_numbers(const std::string& a, const std::string& b, const std::string& c,
                                  const DateReading& reading) {
  if (b.size() > 2) return not_a_date();
  if (a.size() == 4) {
    if (c.size() > 2) return not_a_date();
    return checked(std::stoi(a), std::stoi(b), std::stoi(c));
  }
  if (a.size() > 2 || c.size() > 4) return not_a_date();
  if (reading.order.empty()) return no_order();
  const bool day_first = reading.order == "dmy";
  const int year = TRY(year_from(c, reading));
  return checked(year, std::stoi(day_first ? b : a), std::stoi(day_first ? a : b));
}

bool is_ordinal_ending(std::string_view day, std::string_view word) {
  const char last = day.back();
  const bool teen = day.size() == 2 && day[0] == '1';
  if (teen) return word == "th";
  return word == (last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th");
}

// With the month in words: 3 April 2025, Apr 3, 2025, 03-Apr-25, Thursday 3rd April 2025, 2025 April 3.
Result<std::int64_t> from_words(const std::vector<Part>& parts, const DateReading& reading) {
  std::vector<std::string> numbers;
  std::optional<int> month, weekday;
  std::size_t numbers_before_month = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string word = lower_ascii(parts[i].text);
    if (parts[i].kind == Part::Kind::Number) {
      numbers.push_back(parts[i].text);
    } else if (parts[i].kind == Part::Kind::Word) {
      const auto name = names().find(word);
      if (name == names().end()) {
        if (i > 0 && parts[i - 1].kind == Part::Kind::Number && is_ordinal_ending(parts[i - 1].text, word)) continue;
        if (word == "of" && !month && numbers.size() == 1) continue;
        return not_a_date();
      }
      std::optional<int>& which = name->second > 100 ? weekday : month;
      if (which) return not_a_date();
      which = name->second > 100 ? name->second - 101 : name->second;
      if (name->second < 100) numbers_before_month = numbers.size();
    } else if (word.find_first_not_of(" ,.-/") != std::string::npos) {
      return not_a_date();
    }
  }
  if (!month || numbers.size() != 2) return not_a_date();
  const bool year_first = numbers[0].size() == 4 && numbers_before_month == 1;
  const std::string& day = year_first ? numbers[1] : numbers[0];
  const std::string& year = year_first ? numbers[0] : numbers[1];
  if (day.size() > 2 || numbers_before_month > 1) return not_a_date();
  const std::int64_t days = TRY(checked(TRY(year_from(year, reading)), *month, std::stoi(day)));
  if (weekday && ((days % 7 + 7 + 4) % 7) != *weekday) {
    return fail(Code::ValueMismatch, "the weekday is not that of the date",
                "Correct it in the system that it comes from");
  }
  return days;
}

// ISO 8601's basic form, or day, month and year without separators where the order is declared.
Result<std::int64_t> from_eight_digits(const std::string& text, const DateReading& reading) {
  const auto basic = days_from(std::stoi(text.substr(0, 4)), std::stoi(text.substr(4, 2)), std::stoi(text.substr(6)));
  if (reading.order.empty()) {
    if (!basic) return not_a_date();
    return *basic;
  }
  const auto declared = from_numbers(text.substr(0, 2), text.substr(2, 2), text.substr(4), reading);
  if (basic && declared && *basic != *declared) {
    return fail(Code::ValueAmbiguous, "the eight digits are a date in two ways", "Send the date with separators");
  }
  if (declared) return *declared;
  if (basic) return *basic;
  return not_a_date();
}

constexpr std::int64_t excel_zero = -25'569;  // 1899-12-30 for the days behind 60, one day later for those before

Result<std::int64_t> from_excel(const std::string& text) {
  const auto number = Decimal::parse(text);
  if (!number) return not_a_date();
  if (number->places() > 0) {
    return fail(Code::ValueLossy, "the day number has a fraction, which is a time of day", "Map it as a datetime");
  }
  const auto day = number->integer();
  // Excel's 1900 has a 29 February that never was: day 60. Its last day is 9999-12-31.
  if (!day || *day < 1 || *day == 60 || *day > 2'958'465) return not_a_date();
  return excel_zero + *day + (*day < 60 ? 1 : 0);
}

Result<std::int64_t> days_in(const std::string& text, const DateReading& reading) {
  if (reading.excel) return from_excel(text);
  const std::vector<Part> parts = parts_of(text);
  const auto kind = [&](std::size_t i) { return parts[i].kind; };
  if (parts.size() == 1 && kind(0) == Part::Kind::Number && text.size() == 8) return from_eight_digits(text, reading);
  if (parts.size() == 5 && kind(0) == Part::Kind::Number && kind(2) == Part::Kind::Number &&
      kind(4) == Part::Kind::Number) {
    const std::string& separator = parts[1].text;
    const bool known = separator == "-" || separator == "/" || separator == "." || separator == " ";
    if (!known || parts[3].text != separator) return not_a_date();
    return from_numbers(parts[0].text, parts[2].text, parts[4].text, reading);
  }
  // 2025年4月3日: the words say what each number is.
  if (parts.size() == 6 && parts[1].text == "年" && parts[3].text == "月" && parts[5].text == "日") {
    if (parts[0].text.size() != 4 || parts[2].text.size() > 2 || parts[4].text.size() > 2) return not_a_date();
    return checked(std::stoi(parts[0].text), std::stoi(parts[2].text), std::stoi(parts[4].text));
  }
  if (text.size() > 10 && days_of(text.substr(0, 10))) {
    const ClockText clock = TRY(parse_clock_text(text));
    if (clock.offset_seconds) {
      return fail(Code::ValueNeedsZone, "the value is an instant, whose date depends on a zone",
                  "Use datetime.to_date");
    }
    if (*clock.second_of_day != 0 || !clock.fraction.empty()) {
      return fail(Code::ValueLossy, "the value has a time of day, which a date would lose", "Map it as a datetime");
    }
    return clock.days;
  }
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::Word) return from_words(parts, reading);
  }
  return not_a_date();
}

// Outside of the range that the mapping declares.
tl::unexpected<Error> out_of_range() {
  return fail(Code::ValueOutOfRange, "the date lies outside of the declared range", "Correct it, or widen the range");
}
bool lies_outside(const std::string& date, const DateReading& reading) {
  return (!reading.not_before.empty() && date < reading.not_before) ||
         (!reading.not_after.empty() && date > reading.not_after);
}

}  // namespace

Result<Value> parse_date(const Json& value, const DateReading& reading) {
  if (value.is_null()) return Value();
  if (!value.is_text() && !value.is_number()) return not_a_date();
  const std::string text = value.is_text() ? ascii_digits(single_spaced(value.text())) : value.number_text();
  if (text.empty()) return Value();
  if (text.size() > 64) return not_a_date();
  // The canonical form, which most values are in already.
  const auto canonical_days = reading.excel ? std::nullopt : days_of(text);
  const std::string date = date_of_days(canonical_days ? *canonical_days : TRY(days_in(text, reading)));
  if (lies_outside(date, reading)) return out_of_range();
  return Value(date);
}

Result<Json> date_out(const Value& date, const DateReading& reading) {
  const auto days = date.is_text() ? days_of(date.text()) : std::nullopt;
  if (!days) return reading.excel && !date.is_null() ? Result<Json>(not_a_date()) : date;
  if (lies_outside(date.text(), reading)) return out_of_range();
  if (!reading.excel) return date;
  const std::int64_t behind = *days - excel_zero;
  if (behind < 2) return fail(Code::ValueOutOfRange, "Excel has no day number for a date before 1900");
  return Json(behind > 60 ? behind : behind - 1);
}

}  // namespace linchpin::mapping
