// What a plan would do, for people: by system, and write by write.
#pragma once

#include "base/json.hpp"

namespace linchpin::cli {

void print_systems(const Json& systems);
void print_writes(const Json& plan);  // the first of them

}  // namespace linchpin::cli
