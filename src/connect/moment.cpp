#include "connect/moment.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "connect/condition.hpp"

namespace linchpin::connect {
namespace {

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  if (text.empty() || text.size() > 15 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<Instant> json_date(std::string_view text) {
  constexpr std::string_view open = "/Date(", close = ")/";
  if (!text.starts_with(open) || !text.ends_with(close) || text.size() < open.size() + close.size()) return {};
  text = text.substr(open.size(), text.size() - open.size() - close.size());
  const bool before_epoch = text.starts_with('-');
  if (before_epoch) text.remove_prefix(1);
  const auto number = digits(text.substr(0, text.find_first_of("+-")));
  if (!number) return {};
  return from_ms(before_epoch ? -*number : *number);
}

// "Sun, 06 Nov 1994 08:49:37 GMT": the one form that RFC 9110 lets a server send.
std::optional<Instant> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return {};
  const auto month = std::ranges::find(months, text.substr(8, 3));
  if (month == months.end()) return {};
  const auto number = static_cast<int>(month - months.begin()) + 1;
  const std::string iso = std::string(text.substr(12, 4)) + (number < 10 ? "-0" : "-") + std::to_string(number) + "-" +
                          std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z";
  const auto parsed = parse_rfc3339(iso);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace

Result<MomentForm> read_moment_form(std::string_view name) {
  if (name.empty() || name == "rfc3339") return MomentForm::Rfc3339;
  if (name == "utc") return MomentForm::Utc;
  if (name == "ms") return MomentForm::Milliseconds;
  if (name == "s") return MomentForm::Seconds;
  if (name == "json_date") return MomentForm::JsonDate;
  return fail(Code::ChoiceUnknown, "'" + std::string(name) + "' is no form of a time",
              "One of rfc3339, utc, ms, s, json_date");
}

std::optional<Instant> parse_moment(MomentForm form, const Json& value) {
  const std::string text = scalar_text(value);
  switch (form) {
    case MomentForm::Rfc3339: {
      const auto parsed = parse_rfc3339(text);
      return parsed ? std::optional(*parsed) : std::nullopt;
    }
    case MomentForm::Utc: {
      const auto parsed = parse_rfc3339(text.ends_with('Z') ? text : text + "Z");
      return parsed ? std::optional(*parsed) : std::nullopt;
    }
    case MomentForm::Milliseconds: {
      const auto number = digits(text);
      return number ? std::optional(from_ms(*number)) : std::nullopt;
    }
    case MomentForm::Seconds: {
      const auto number = digits(text);
      return number && *number < 1'000'000'000'000 ? std::optional(from_ms(*number * 1000)) : std::nullopt;
    }
    case MomentForm::JsonDate:
      return json_date(text);
  }
  return {};
}

std::string utc_second(Instant t) {
  std::string text = rfc3339(std::chrono::floor<seconds>(t));
  text.pop_back();  // the Z
  return text;
}

std::optional<milliseconds> parse_retry_after(std::string_view text, Instant now) {
  constexpr milliseconds most = std::chrono::hours(24);
  if (const auto number = digits(text))
    return std::min<milliseconds>(seconds(std::min<std::int64_t>(*number, 86'400)), most);
  if (const auto date = http_date(text)) return std::clamp<milliseconds>(*date - now, milliseconds(0), most);
  return {};
}

}  // namespace linchpin::connect
