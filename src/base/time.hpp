// Time as values. Nothing here reads a clock: a clock is a port (engine/ports.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace linchpin {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Instant = std::chrono::sys_time<milliseconds>;  // UTC, to the millisecond

inline std::int64_t ms_since_epoch(Instant t) { return t.time_since_epoch().count(); }
inline Instant from_ms(std::int64_t ms) { return Instant{milliseconds{ms}}; }

std::string rfc3339(Instant);                     // "2026-11-24T01:02:03.456Z"; whole seconds without a fraction
Result<Instant> parse_rfc3339(std::string_view);  // any offset; fractions finer than 1 ms are cut; a zone is required

// "30 days", "15 minutes", "1 hour", "7 years": how hub files write a span. Units: milliseconds, seconds, minutes,
// hours, days, weeks, and years of 366 days, so that what must be kept for years is not forgotten a day early.
Result<milliseconds> parse_span(std::string_view);

}  // namespace linchpin
