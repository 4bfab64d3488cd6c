// "200 an hour", "5% an hour", "10 a day": how an entity's brakes are written.
#pragma once

#include <string>

#include "base/result.hpp"
#include "model/hub.hpp"

namespace linchpin::model {

// A whole number of writes, of at least one, or of percent, of 1 to 100; then "a" or "an", and minute, hour, day or
// week.
Result<Brake> parse_brake(const std::string&);

}  // namespace linchpin::model
