// Files of data/matching/ that are compiled into the program (cmake/matching.cmake). They live as long as the program.
#pragma once

#include <string_view>

namespace linchpin::matching {

std::string_view embedded_nicknames();  // nicknames.csv
std::string_view embedded_model();      // model.json

}  // namespace linchpin::matching
