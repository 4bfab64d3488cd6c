// What linchpin match tells: clusters, the pairs in doubt, how right it was, and a page for the people of a practice.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "matching/partition.hpp"
#include "matching/train.hpp"

namespace linchpin::cli {

// One line for each record: system,id,golden_id. A golden id is the first of its records in the order of their ids.
std::string clusters_csv(const matching::Book&, const matching::Partition&);
// system_a,id_a,system_b,id_b,probability,reason: the likeliest first. The reason names fields and levels, no value.
std::string review_csv(const matching::Book&, const matching::Partition&);

// Of the pairs put together how many belong together, of those that belong together how many were put together, and
// golden records with more than one person in them.
Json evaluation(const matching::Book&, const matching::Partition&, const matching::Truth&);
std::string evaluation_text(const Json&);

// By what nobody was looked for, one sentence for each kind of key, with counts and no value.
std::vector<std::string> stop_word_sentences(const matching::Partition&);

// Everything, for machines: counts, clusters, questions, stop words.
Json match_json(const matching::Book&, const matching::Partition&);

// A page of HTML, whole in itself. `values`: the records whose values may be shown; empty: none are.
std::string match_page(const matching::Book&, const matching::Partition&, const std::vector<matching::Record>& values);

}  // namespace linchpin::cli
