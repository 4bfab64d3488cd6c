// Who is most like whom, as lists: for spreadsheets, and for people.
#pragma once

#include <string>

#include "base/json.hpp"
#include "matching/near.hpp"

namespace linchpin::cli {

// [{"system_a","id_a","system_b","id_b","likeness","reason"}], the most alike first. A reason names fields and levels,
// no value.
Json near_pairs(const matching::Book&, const std::vector<matching::Alike>&);
// The same columns.
std::string near_csv(const Json& pairs);

// Of a plan: who of those that it creates may be there already, where the list is, and what it leaves out; without a
// list, how to have one.
// "" where nobody is created.
std::string near_sentence(const Json& plan, const std::string& file);

}  // namespace linchpin::cli
