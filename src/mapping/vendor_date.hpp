// Dates and times as Xero and HubSpot write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

enum class VendorTo { Date, Datetime, Vendor };

// Xero ([MS-JSON], .NET's DateTime): "/Date(1732406400000+0000)/", milliseconds since 1970 UTC whatever the offset
// says; or RFC 3339; dates are midnight with no zone, so the calendar date is taken and never converted. Vendor: to
// "/Date(…)/".
Result<Json> xero_datetime(const Json& value, VendorTo);

// HubSpot: milliseconds since 1970 UTC (number or text), a date, or RFC 3339; a date is midnight UTC. Vendor: to
// milliseconds.
Result<Json> hubspot_datetime(const Json& value, VendorTo);

}  // namespace linchpin::mapping
