// Copies: records of one system that are equal in all that is compared, and hold more than a name. Two of them say of
// everybody else what all of them say; the others are passed over, and get the answer of these two.
#pragma once

#include <vector>

#include "matching/partition.hpp"

namespace linchpin::matching {

class Copies {
 public:
  Copies(const Book&, const Terms&);
  const std::vector<bool>& passed_over() const { return passed_over_; }
  // Where the first two are one golden record, the others belong to it; where they are in doubt, each of the others is
  // as they are.
  void take_their_places(Partition&, const std::vector<Pair>&, const std::vector<float>& probabilities,
                         const Terms&) const;

 private:
  struct Copy {
    Pair first_two;
    std::uint32_t record;
  };
  std::vector<bool> passed_over_;
  std::vector<Copy> copies_;
};

}  // namespace linchpin::matching
