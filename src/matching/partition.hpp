// The partition: golden records out of pairs. A function of the set of records, the decisions and the model.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "matching/keys.hpp"
#include "matching/looks.hpp"

namespace linchpin::matching {

// What a person has decided: it stands before all evidence.
struct Decision {
  RecordId first, second;
  bool same = false;
};

struct Terms {
  double accept = 0.995, review = 0.5;
  bool birth_vetoes = true;  // two dates of birth that differ, and not by a slip, are two people
  std::vector<Decision> decisions;
};

// Two golden records that may be one, by their likeliest pair of records.
struct Question {
  Pair pair;
  float probability = 0;
};

struct Partition {
  std::vector<std::uint32_t> golden;  // by record: the first record of its golden record
  std::vector<Question> questions;    // the likeliest first
  std::vector<StopWords> stop_words;  // of match(): by what nobody was looked for
};

// Candidates, looks and partition: everything, from records to golden records. However often a system holds a person
// with the same values in all that is compared, two of these records stand for all. `progress` is told what comes next.
Partition match(
    const Book&, const Model&, const Terms&, const std::function<void(std::string_view)>& progress = [](auto) {});
Partition partition(const Book&, const std::vector<Pair>&, const std::vector<float>& probabilities, const Terms&);

}  // namespace linchpin::matching
