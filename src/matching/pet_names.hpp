// Pet names: "Bill" and "William" may be one person. The table is data/matching/nicknames.csv, compiled in.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "matching/words.hpp"

namespace linchpin::matching {

class PetNames {
 public:
  // Numbers the table's names in `words`, so that a comparison compares numbers.
  explicit PetNames(Words& words);
  bool are(WordId a, WordId b) const { return pairs_.contains(key(a, b)); }
  // The names that a pet name may stand for: Bert's are Albert, Herbert and more. Nothing for one that is no pet name.
  const std::vector<WordId>& stand_for(WordId pet) const;
  bool has_pet_names(WordId name) const { return formal_.contains(name); }
  // Whether a name that begins so goes by this pet name: "R." may be Bobby.
  bool begins(WordId pet, char initial) const { return initials_.contains(std::uint64_t{pet} << 8 | letter(initial)); }

 private:
  static std::uint64_t key(WordId a, WordId b) {
    return a < b ? std::uint64_t{a} << 32 | b : std::uint64_t{b} << 32 | a;
  }
  static std::uint64_t letter(char c) { return static_cast<unsigned char>(c); }
  std::unordered_set<std::uint64_t> pairs_, initials_;
  std::unordered_map<WordId, std::vector<WordId>> stand_for_;  // by pet name
  std::unordered_set<WordId> formal_;
};

}  // namespace linchpin::matching
