// Near: of those whom nothing has put together, who is most alike. Where a rule needs reasons, a list for a person
// needs none but the letters: pet names of one name, slips in both, a given name that only the e-mail address still
// spells.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "matching/model.hpp"
#include "matching/partition.hpp"

namespace linchpin::matching {

inline constexpr std::size_t near_most = 10;  // for one record

// Where a record's person has records, and where one would be made: a bit for each system. A record that neither has is
// looked at by nobody.
struct Stands {
  std::uint64_t has = 0, lacks = 0;
};

struct Alike {
  Pair pair;
  float likeness = 0;  // 0 to 1: comparable among the pairs of a list, and no promise that so many of them are one
  Comparison comparison;
};

// For each record the `near_most` that are most like it, of those with which it has no system in common and one of
// which lacks what the other has: the pairs that are among them for either of the two, the most alike first. Nothing
// where too little is alike for a person to look at. `settled`: pairs that need not be shown. A function of the set of
// records. Needs: `stands` has one for each record of the book.
std::vector<Alike> near(const Book&, const std::vector<Stands>& stands, const Model&,
                        const std::function<bool(const Pair&)>& settled);

}  // namespace linchpin::matching
