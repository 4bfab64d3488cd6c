// match: a golden record? Vetoes come before everything, then exact rules over the golden record with all its
// alternates. A pair that the exact rules cannot decide is doubtful: a review, and nothing is created for it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/golden.hpp"
#include "engine/ports.hpp"
#include "matching/likely.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// A blind key: a keyed hash under the match key, by which a record with these values can be found.
struct BlindKey {
  FieldName field;   // the identifier; "" for the name
  std::string text;  // its comparable form: stays in memory
  std::string key;
  std::size_t shared_most = 0;  // of a key of the likely matcher: where more have it, it finds nobody. 0: of the rules
};
// One for each identifier that a rule compares (a date of birth only together with the name), and one for the name.
std::vector<BlindKey> match_keys(const model::Entity&, const Values&, Keys&);
// What those keys are made by, of the hub files: where it is another text, records have other keys.
std::string keys_made_by(const model::Entity&);

// A golden record that shares a key, with every value that any of its sources holds.
struct Candidate {
  GoldenId golden;
  std::vector<Values> alternates;
};
// Every set of values that a golden record's sources hold: old names and numbers too.
std::vector<Values> alternates(const Golden&, const std::vector<Link>&);
enum class Verdict { Same, Doubtful, Different };
// Whether the values are those of the candidate. `crowded`: identifiers (field, canonical value) that too many
// differently named people hold to identify anyone.
Verdict compare(const model::Entity&, const Values&, const Candidate&,
                const std::set<std::pair<std::string, std::string>>& crowded);

// Whether a veto keeps the values apart from the candidate.
bool vetoed(const model::Entity&, const Values&, const Candidate&);

// Whether `protect:` keeps everybody but a person from linking a record to it.
bool is_protected(const model::Entity&, const Golden&);

// What the likely matcher says of one, by the values that its records hold, and each candidate; `same`: nobody need be
// asked. Needs: the entity has `likely:`.
std::vector<matching::Likeness> likeness(const model::Entity&, const std::vector<Values>&,
                                         const std::vector<Candidate>&);

// The names that the rules ask for, as they compare; "" when one is missing.
std::string whole_name(const model::Entity&, const Values&);

// How a name compares: letters only, without marks and case.
std::string name_key(const Value&);

}  // namespace linchpin::engine
