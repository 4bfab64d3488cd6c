#include "matching/likely.hpp"

#include <algorithm>
#include <map>

namespace linchpin::matching {
namespace {

constexpr double rival_from = 0.05;  // less likely ones are nobody's rivals

// One for each thread, filled anew each time: the table of pet names is read into it once.
Book& few() {
  thread_local Book book(std::vector<Record>{});
  return book;
}

}  // namespace

std::vector<Key> keys_of(const Record& record) {
  Book& book = few();
  book.fill({record}, {});
  return keys_of(book, book[0]);
}

std::vector<Likeness> likeness(const Record& one, const std::vector<Record>& candidates, const Model& model,
                               const Terms& terms) {
  std::vector<Record> all = candidates;
  all.push_back(one);
  Book& book = few();
  book.fill(std::move(all), model.names);
  std::map<RecordId, std::uint32_t> places;
  for (std::uint32_t place = 0; place < book.size(); ++place) places.emplace(book.id(place), place);
  const std::uint32_t mine = places.at(one.id);
  std::vector<Likeness> found;
  std::vector<std::uint32_t> near{mine};
  for (const Record& candidate : candidates) {
    const std::uint32_t place = places.at(candidate.id);
    Likeness like{.probability = 0, .comparison = compare(book, book[mine], book[place]), .same = false};
    Evidence evidence;
    first_look(like.comparison, evidence);
    like.probability = probability(model.first, evidence);
    if (static_cast<double>(like.probability) >= std::min(terms.accept, rival_from)) near.push_back(place);
    found.push_back(like);
  }
  if (near.size() < 2 || terms.accept > 1) return found;
  std::sort(near.begin(), near.end());
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < near.size(); ++i)
    for (std::size_t j = i + 1; j < near.size(); ++j) pairs.emplace_back(near[i], near[j]);
  const Partition partition = matching::partition(book, pairs, first_looks(book, pairs, model), terms);
  for (std::size_t i = 0; i < candidates.size(); ++i)
    found[i].same = partition.golden[places.at(candidates[i].id)] == partition.golden[mine];
  return found;
}

}  // namespace linchpin::matching
