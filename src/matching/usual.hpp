// Usual names: those that others have too, so that they are no slip of the hand.
#pragma once

#include "matching/words.hpp"

namespace linchpin::matching {

inline bool is_usual(const Word& word) { return word.is_name || word.as_given >= 4; }

}  // namespace linchpin::matching
