// A field's value in its type's canonical form (base/value.hpp).
#pragma once

#include "base/value.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {

// Blank (null, "", white space) is no value. Text is NFC and otherwise as it is; a number stands for its digits where a
// text is due, since systems send both.
Result<Value> normalise(Type, const Json& value, const Context&);

}  // namespace linchpin::mapping
