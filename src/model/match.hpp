// match: of an entity's file: what tells two records of one apart, read and judged.
#pragma once

#include "model/draft.hpp"

namespace linchpin::model {

Shape match_shape();
MatchRules read_match(const Node&);
// Says what is wrong, and reads the values that identify nobody: they are of the entity's types.
void judge_match(Entity&, const Node& match, Draft&);

}  // namespace linchpin::model
