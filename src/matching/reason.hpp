// A comparison in the words that a reviewer sees: agrees, near, differs; never a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "matching/compare.hpp"

namespace linchpin::matching {

struct Told {
  std::string field, says;  // "email", "agrees"
};
std::vector<Told> told(const Comparison&);     // nothing of a field where one of the two does not say
std::string_view doubt_of(const Comparison&);  // "one is a couple, a trust or a company"; empty: no such doubt
std::string reason_of(const Comparison&);      // "given_name near; email agrees"

}  // namespace linchpin::matching
