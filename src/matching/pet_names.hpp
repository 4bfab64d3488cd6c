// Pet names: "Bill" and "William" may be one person. The table is data/matching/nicknames.csv, compiled in.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "matching/words.hpp"

namespace linchpin::matching {

class PetNames {
 public:
  // Numbers the table's names in `words`, so that a comparison compares numbers.
  explicit PetNames(Words& words);
  bool are(WordId a, WordId b) const { return pairs_.contains(key(a, b)); }

 private:
  static std::uint64_t key(WordId a, WordId b) {
    return a < b ? std::uint64_t{a} << 32 | b : std::uint64_t{b} << 32 | a;
  }
  std::unordered_set<std::uint64_t> pairs_;
};

}  // namespace linchpin::matching
