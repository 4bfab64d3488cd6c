// Looks: what the model says of every candidate pair. The first look weighs the two records alone; the second also what
// the first said of the pairs around them: a rival (a third record that one of them could be instead) speaks against, a
// third that fits both speaks for.
#pragma once

#include <functional>
#include <vector>

#include "matching/keys.hpp"
#include "matching/model.hpp"

namespace linchpin::matching {

// By pair: how probable it is that the two are one person.
std::vector<float> first_looks(const Book&, const std::vector<Pair>&, const Model&);
std::vector<float> second_looks(const Book&, const std::vector<Pair>&, const std::vector<float>& first, const Model&);

// By pair, what is around it, given the first look's probabilities.
std::vector<Surroundings> surroundings(const Book&, const std::vector<Pair>&, const std::vector<float>& first);

}  // namespace linchpin::matching
