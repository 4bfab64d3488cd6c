// Candidates: the pairs that are worth a comparison, found by blocking keys. Each record has about fifteen; a key that
// too many records share is a stop word, and stronger keys (a name with a place) find what it would have found.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "matching/book.hpp"

namespace linchpin::matching {

inline constexpr std::size_t candidates_most = 200;  // of one record

struct Key {
  std::uint64_t hash = 0;
  std::uint8_t shared_most = 200;  // more records than that, and it is a stop word
  std::uint8_t kind = 0;           // of which it is
};
// Of what keys are made of: where they are kept, those of another version are to be made anew.
inline constexpr int keys_version = 3;
// The keys of one record, each once, in no particular order.
std::vector<Key> keys_of(const Book&, const Prepared&);

// The places of two records, the first before the second. In order, each once; a function of the set of records.
using Pair = std::pair<std::uint32_t, std::uint32_t>;
std::vector<Pair> candidates(const Book&);

// Strong keys of one kind that are stop words here: who shares nothing else is held against nobody.
struct StopWords {
  std::string_view kind;                // "full name"
  std::uint32_t keys = 0, records = 0;  // how many, and of how many records the widest is
  bool operator==(const StopWords&) const = default;
};
// The same with some records passed over, as if they were not there. `stop_words`: by kind, in order.
std::vector<Pair> candidates(const Book&, const std::vector<bool>& passed_over, std::vector<StopWords>& stop_words);

}  // namespace linchpin::matching
