// Likely: one record against the few that share a key with it, as a running hub asks. Keys, comparators, the first look
// and the partition are those of a book; how rare a name is comes from the model, so that what two records say of one
// another does not hang on who else is known by now.
#pragma once

#include <vector>

#include "matching/partition.hpp"

namespace linchpin::matching {

// The keys under which a book would look for it.
std::vector<Key> keys_of(const Record&);

struct Likeness {
  float probability = 0;  // that the two are one person's
  Comparison comparison;
  bool same = false;  // and nobody need be asked: the partition of them all puts the two together
};
// By candidate. Needs: no two of all have one id.
std::vector<Likeness> likeness(const Record&, const std::vector<Record>& candidates, const Model&, const Terms&);

}  // namespace linchpin::matching
