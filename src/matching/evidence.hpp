// Evidence: a comparison as the entries of the model's tables. A table holds a weight for each combination of a few
// levels, so a name counts given what else ties the two to one household; that is the dependence which a sum over
// single fields lacks. A number (how many strangers) lies between two entries, with a part of each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "matching/compare.hpp"

namespace linchpin::matching {

struct Entry {
  std::uint16_t at = 0;
  float part = 1;
};

// The entries of one pair: there are never more.
class Evidence {
 public:
  void add(std::size_t at, float part = 1) { entries_[count_++] = {static_cast<std::uint16_t>(at), part}; }
  std::span<const Entry> entries() const { return {entries_.data(), count_}; }

 private:
  std::array<Entry, 40> entries_;
  std::size_t count_ = 0;
};

// What the pairs around a pair say: the second look.
struct Surroundings {
  float probability = 0;  // of the first look
  float rival = 0;        // the best probability of one of the two with a third that is not the other
  float support = 0;      // the best third: the smaller of its probabilities with both
  float occupant = 0;     // the best probability of one with a third of the other's own system
};

void first_look(const Comparison&, Evidence&);
void second_look(const Comparison&, const Surroundings&, Evidence&);

// The names of all entries, in order: "given=same family=near links=1".
const std::vector<std::string>& first_names();
const std::vector<std::string>& second_names();

}  // namespace linchpin::matching
