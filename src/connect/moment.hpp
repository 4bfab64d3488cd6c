// The forms in which systems write a time.
#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::connect {

enum class MomentForm {
  Rfc3339,       // "rfc3339": with a zone
  Utc,           // "utc": ISO 8601 without a zone, any number of fraction digits; meant as UTC (Xero's webhooks)
  Milliseconds,  // "ms": since the epoch, a number or its text
  Seconds,       // "s"
  JsonDate,      // "json_date": "/Date(1732406400000+0000)/"; the offset says nothing about the instant (Xero)
};
Result<MomentForm> read_moment_form(std::string_view name);  // "" is rfc3339

std::optional<Instant> parse_moment(MomentForm, const Json&);  // nothing when it is not of the form

std::string utc_second(Instant);  // "2026-11-24T01:02:03"

// Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP-date. Nothing when it is neither; at most a day.
std::optional<milliseconds> parse_retry_after(std::string_view, Instant now);

}  // namespace linchpin::connect
