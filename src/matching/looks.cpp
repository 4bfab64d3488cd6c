#include "matching/looks.hpp"

#include <algorithm>

namespace linchpin::matching {
namespace {

constexpr float worth_a_look = 0.01F;  // pairs below it are nobody's rival or support

struct Neighbour {
  std::uint32_t record;
  float probability;
};

// For each record those that the first look ties it to, in order.
class Neighbours {
 public:
  Neighbours(std::size_t records, const std::vector<Pair>& pairs, const std::vector<float>& first)
      : starts_(records + 1) {
    const auto each = [&](auto use) {
      for (std::size_t i = 0; i < pairs.size(); ++i)
        if (first[i] >= worth_a_look) use(pairs[i], first[i]);
    };
    each([&](const Pair& p, float) { ++starts_[p.first + 1], ++starts_[p.second + 1]; });
    for (std::size_t r = 0; r < records; ++r) starts_[r + 1] += starts_[r];
    all_.resize(starts_.back());
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    each([&](const Pair& p, float q) {
      all_[next[p.first]++] = {p.second, q};
      all_[next[p.second]++] = {p.first, q};
    });
    for (std::size_t r = 0; r < records; ++r)
      std::sort(all_.begin() + starts_[r], all_.begin() + starts_[r + 1],
                [](const Neighbour& x, const Neighbour& y) { return x.record < y.record; });
  }
  std::span<const Neighbour> of(std::uint32_t record) const {
    return {all_.data() + starts_[record], starts_[record + 1] - starts_[record]};
  }

 private:
  std::vector<std::uint32_t> starts_;
  std::vector<Neighbour> all_;
};

Surroundings around(const Book& book, const Neighbours& neighbours, const Pair& pair, float probability) {
  Surroundings s{.probability = probability};
  const auto a = neighbours.of(pair.first), b = neighbours.of(pair.second);
  const std::uint32_t system_a = book[pair.first].system, system_b = book[pair.second].system;
  const auto third = [&](std::uint32_t record, float to_a, float to_b) {
    if (record == pair.first || record == pair.second) return;
    s.rival = std::max({s.rival, to_a * (1 - to_b), to_b * (1 - to_a)});
    s.support = std::max(s.support, to_a * to_b);
    const std::uint32_t system = book[record].system;
    if (system == system_b) s.occupant = std::max(s.occupant, to_a);
    if (system == system_a) s.occupant = std::max(s.occupant, to_b);
  };
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (j == b.size() || (i < a.size() && a[i].record < b[j].record)) {
      third(a[i].record, a[i].probability, 0);
      ++i;
    } else if (i == a.size() || b[j].record < a[i].record) {
      third(b[j].record, 0, b[j].probability);
      ++j;
    } else {
      third(a[i].record, a[i].probability, b[j].probability);
      ++i, ++j;
    }
  }
  return s;
}

}  // namespace

std::vector<float> first_looks(const Book& book, const std::vector<Pair>& pairs, const Model& model) {
  std::vector<float> found(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i + 12 < pairs.size()) book.fetch_head(pairs[i + 12].second);
    if (i + 8 < pairs.size()) book.fetch(pairs[i + 8].second);
    if (i + 4 < pairs.size()) book.fetch_words(pairs[i + 4].second);
    Evidence evidence;
    first_look(compare(book, book[pairs[i].first], book[pairs[i].second]), evidence);
    found[i] = probability(model.first, evidence);
  }
  return found;
}

std::vector<Surroundings> surroundings(const Book& book, const std::vector<Pair>& pairs,
                                       const std::vector<float>& first) {
  const Neighbours neighbours(book.size(), pairs, first);
  std::vector<Surroundings> found(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) found[i] = around(book, neighbours, pairs[i], first[i]);
  return found;
}

std::vector<float> second_looks(const Book& book, const std::vector<Pair>& pairs, const std::vector<float>& first,
                                const Model& model) {
  const Neighbours neighbours(book.size(), pairs, first);
  std::vector<float> found(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (first[i] < worth_a_look) {  // what the records alone rule out, others do not rule in
      found[i] = first[i];
      continue;
    }
    Evidence evidence;
    second_look(compare(book, book[pairs[i].first], book[pairs[i].second]),
                around(book, neighbours, pairs[i], first[i]), evidence);
    found[i] = probability(model.second, evidence);
  }
  return found;
}

}  // namespace linchpin::matching
