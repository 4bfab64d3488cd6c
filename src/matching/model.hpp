// The model: the weights of every entry of evidence, learnt once from labelled records and frozen since. Its sum is the
// logarithm of the odds that two records are one person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "matching/evidence.hpp"

namespace linchpin::matching {

struct Model {
  std::vector<float> first, second;  // by place in first_names(), second_names()
  double accept = 0.995;             // from this probability on two records are one person's, with nobody asked
  double review = 0.5;               // from here on a person is asked
  NameCounts names;                  // of what it learnt from; a book that is matched whole has its own
  std::string made_from;             // what it learnt from, for people
};

// A sum's probability.
float probability(const std::vector<float>& weights, const Evidence&);

// The file: {"format": "linchpin.match", "version": 1, "made_from", "accept", "review", "names": {"all", "given":
// {name: how many}, "family"}, "first": {entry: weight}, …}. An entry without a weight weighs nothing; one that is
// unknown is an error, since its file is another version's.
Result<Model> parse_model(std::string_view text);
std::string to_text(const Model&);
const Model& built_in_model();  // data/matching/model.json

}  // namespace linchpin::matching
