// match: a golden record? Vetoes come before everything, then exact rules over the golden record with all its alternates.
// A pair that the exact rules cannot decide is doubtful: a review, and nothing is created for it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/golden.hpp"
#include "engine/ports.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// The blind keys (keyed hashes under the match key) by which a record with these values can be found: one for each
// identifier that a rule compares (a date of birth only together with the family name), and one for the name.
std::vector<std::string> match_keys(const model::Entity&, const Values&, Keys&);

// A golden record that shares a key, with every value that any of its sources holds.
struct Candidate {
  GoldenId golden;
  std::vector<Values> alternates;
};
enum class Verdict { Same, Doubtful, Different };
// Whether the values are those of the candidate. `crowded`: identifiers (field, canonical value) that too many differently
// named people hold to identify anyone.
Verdict compare(const model::Entity&, const Values&, const Candidate&, const std::set<std::pair<std::string, std::string>>& crowded);

// How a name compares: letters only, without marks and case.
std::string name_key(const Value&);

}  // namespace linchpin::engine
