// What a plan would do, for people: by system, and write by write.
#pragma once

#include <string>

#include "base/json.hpp"

namespace linchpin::cli {

void print_systems(const Json& systems);
std::string letters_sentence(const Json& plan);  // how many values would wait as dead letters; "" for none
void print_letters(const Json& plan);            // and the first of them
void print_writes(const Json& plan);             // the first of them

}  // namespace linchpin::cli
