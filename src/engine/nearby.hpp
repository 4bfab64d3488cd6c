// nearby: who may be meant. Golden records that share a key with what a record says, and what the likely matcher says
// of those that no rule calls the same. Bounded: of each key a few hundred are opened.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/match.hpp"
#include "engine/work.hpp"

namespace linchpin::engine {

// `by_rules`: those that a rule compares by. `likely`: the others, those with the rarest key first. `crowded`:
// identifiers (field, canonical value) that too many differently named people hold to identify anyone.
struct Nearby {
  std::set<GoldenId> by_rules;
  std::vector<GoldenId> likely;
  std::set<std::pair<std::string, std::string>> crowded;
};
Result<Nearby> nearby(const model::Entity&, const Values&, Keys&, Work&);

// `same`: nobody need be asked; `asked`: a person is, and why.
struct Likely {
  std::vector<Family*> same;
  std::vector<std::pair<Family*, std::string>> asked;
  bool judged(const Family*) const;
};
// Of one, by the values that its records hold. Nobody where the entity has no `likely:`.
Likely likely_of(const model::Entity&, const std::vector<Values>&, const std::vector<Family*>&);

// What the rules say of one, by the values that its records hold, and of a golden record: of all that both hold.
Verdict verdict_of(const model::Entity&, const std::vector<Values>&, const Family&,
                   const std::set<std::pair<std::string, std::string>>& crowded);

Candidate candidate_of(const Family&);

// What its records hold that are there now.
std::vector<Values> held_by(const Family&);

}  // namespace linchpin::engine
