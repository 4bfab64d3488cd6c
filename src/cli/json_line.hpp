// JSON that is printed, a value a line.
#pragma once

#include <string>

#include "base/json.hpp"

namespace linchpin::cli {

// The canonical text, but for what ends a line in Unicode besides a line feed (U+0085, U+2028, U+2029): those are
// escaped, since a reader that knows them splits the line there.
std::string json_line(const Json&);

}  // namespace linchpin::cli
