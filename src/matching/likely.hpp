// Likely: one record against the few that share a key with it, as a running hub asks. Keys, comparators and the first
// look are those of a book; only what is counted over a whole book is counted over these few, with people beside them.
#pragma once

#include <vector>

#include "matching/keys.hpp"
#include "matching/model.hpp"

namespace linchpin::matching {

// The keys under which a book would look for it.
std::vector<Key> keys_of(const Record&);

struct Likeness {
  float probability = 0;  // that the two are one person's
  Comparison comparison;
};
// By candidate. Needs: no two of all have one id.
std::vector<Likeness> likeness(const Record&, const std::vector<Record>& candidates, const Model&);

}  // namespace linchpin::matching
