// Three questions about a value that an operator asks of `linchpin transform`, in the form of its cases.
#pragma once

#include "base/json.hpp"

namespace linchpin::mapping {

// What a record does to the golden value: {"effect": "keep"}, {"effect": "clear"} or {"effect": "set", "value": …}.
// Options: at, null (ignore, clear), type, region.
Result<Json> null_effect(const Json& record, const Json& options);

// Whether two values [a, b] are the same of a type, so that nothing has changed. Options: type, region.
Result<Json> same_values(const Json& pair, const Json& options);

// The hub's value after it went out to a system and came back. Options: as: an `as:` of a mapping, or what it is in
// plain words ("phone parts").
Result<Json> round_trip(const Json& value, const Json& options);

}  // namespace linchpin::mapping
