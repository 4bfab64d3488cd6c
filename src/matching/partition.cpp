#include "matching/partition.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "matching/copies.hpp"

namespace linchpin::matching {
namespace {

constexpr float contradicts = 0.05F;     // two candidates this unlike are two people
constexpr float unsettled_most = 0.85F;  // no surer than that where a person is to say
constexpr std::size_t members_most = 40;

std::uint64_t key(std::uint32_t a, std::uint32_t b) {
  return a < b ? std::uint64_t{a} << 32 | b : std::uint64_t{b} << 32 | a;
}

struct Edge {
  Pair pair;
  float probability;
};

class Partitioning {
 public:
  Partitioning(const Book& book, const std::vector<Pair>& pairs, const std::vector<float>& probabilities,
               const Terms& terms)
      : book_(book), terms_(terms), head_(book.size()), members_(book.size()) {
    for (std::uint32_t r = 0; r < book.size(); ++r) head_[r] = r, members_[r] = {r};
    const float least = std::min(contradicts, static_cast<float>(terms.review));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      float p = probabilities[i];
      if (p < least) continue;
      if (p > unsettled_most && !may_settle(pairs[i])) p = unsettled_most;
      known_.emplace(key(pairs[i].first, pairs[i].second), p);
      edges_.push_back({pairs[i], p});
    }
    // The likeliest first; where two are alike, the earlier records: by their ids, not by when they came.
    std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) {
      return a.probability != b.probability ? a.probability > b.probability : a.pair < b.pair;
    });
    decide();
  }

  Partition run() {
    for (const Edge& edge : edges_) {
      if (edge.probability < terms_.accept) break;
      if (!has_rival(edge)) unite(edge.pair.first, edge.pair.second, true);
    }
    Partition found;
    found.golden = head_;
    found.questions = questions();
    return found;
  }

 private:
  // Decisions hold before evidence: who is the same is put together, who is not is kept apart.
  void decide() {
    std::map<RecordId, std::uint32_t> places;
    if (!terms_.decisions.empty())
      for (std::uint32_t r = 0; r < book_.size(); ++r) places.emplace(book_.id(r), r);
    for (const bool same : {false, true})
      for (const Decision& d : terms_.decisions) {
        const auto a = places.find(d.first), b = places.find(d.second);
        if (d.same != same || a == places.end() || b == places.end()) continue;
        if (same)
          unite(a->second, b->second, false);
        else
          apart_.insert(key(a->second, b->second));
      }
  }

  float probability(std::uint32_t a, std::uint32_t b) const {
    const auto at = known_.find(key(a, b));
    return at == known_.end() ? 0 : at->second;
  }
  bool vetoed(std::uint32_t a, std::uint32_t b) const {
    if (apart_.contains(key(a, b))) return true;
    return terms_.birth_vetoes && compare(book_, book_[a], book_[b]).born == Born::Differs;
  }
  // A bar that is lower asks for less.
  bool is_low() const { return terms_.accept <= unsettled_most; }
  bool may_settle(const Pair& p) const {
    return is_low() || matching::may_settle(compare(book_, book_[p.first], book_[p.second]));
  }
  bool named_alike(std::uint32_t a, std::uint32_t b) const {
    return is_low() || matching::named_alike(compare(book_, book_[a], book_[b]));
  }

  // Whether a record holds the names of two that are named otherwise: Lindsay Scott Taylor is Lindsay, and is Scott.
  bool goes_by_both(std::uint32_t record, std::uint32_t a, std::uint32_t b) const {
    const Comparison x = compare(book_, book_[record], book_[a]), y = compare(book_, book_[record], book_[b]);
    return matching::named_alike(x) && matching::named_alike(y) &&
           (x.given == Given::Middle || y.given == Given::Middle);
  }
  bool one_goes_by_both(const std::vector<std::uint32_t>& among, std::uint32_t a, std::uint32_t b) const {
    return std::any_of(among.begin(), among.end(), [&](std::uint32_t r) {
      return r != a && r != b && probability(r, a) >= terms_.accept && probability(r, b) >= terms_.accept &&
             goes_by_both(r, a, b);
    });
  }

  // Two candidates above the bar that are not one person: neither is taken, a person is asked.
  bool has_rival(const Edge& edge) const {
    const auto rivals = [&](std::uint32_t one, std::uint32_t other) {
      for (const auto& [third, p] : accepted(one))
        if (third != other && head_[third] != head_[one] && head_[third] != head_[other] &&
            (probability(third, other) < contradicts ||
             (!named_alike(third, other) && !goes_by_both(one, third, other))))
          return true;
      return false;
    };
    return rivals(edge.pair.first, edge.pair.second) || rivals(edge.pair.second, edge.pair.first);
  }
  const std::vector<std::pair<std::uint32_t, float>>& accepted(std::uint32_t record) const {
    static const std::vector<std::pair<std::uint32_t, float>> none;
    if (!accepted_built_) build_accepted();
    const auto at = accepted_.find(record);
    return at == accepted_.end() ? none : at->second;
  }
  void build_accepted() const {
    for (const Edge& e : edges_) {
      if (e.probability < terms_.accept) break;
      accepted_[e.pair.first].emplace_back(e.pair.second, e.probability);
      accepted_[e.pair.second].emplace_back(e.pair.first, e.probability);
    }
    accepted_built_ = true;
  }

  // Puts two golden records together, unless a veto or a contradiction stands between any two of their records.
  void unite(std::uint32_t a, std::uint32_t b, bool by_evidence) {
    std::uint32_t x = head_[a], y = head_[b];
    if (x == y) return;
    if (y < x) std::swap(x, y);
    if (by_evidence && !agree(members_[x], members_[y])) return;
    for (const std::uint32_t r : members_[y]) head_[r] = x;
    members_[x].insert(members_[x].end(), members_[y].begin(), members_[y].end());
    members_[y].clear();
  }
  bool agree(const std::vector<std::uint32_t>& xs, const std::vector<std::uint32_t>& ys) const {
    if (xs.size() + ys.size() > members_most) return false;
    for (const std::uint32_t a : xs)
      for (const std::uint32_t b : ys)
        if (vetoed(a, b) || (xs.size() * ys.size() > 1 && probability(a, b) < contradicts) ||
            !(named_alike(a, b) || one_goes_by_both(xs, a, b) || one_goes_by_both(ys, a, b)))
          return false;
    return true;
  }

  // The pairs in doubt, one for each two golden records, and none that others of them answer by implication.
  std::vector<Question> questions() {
    std::vector<Question> asked;
    std::vector<std::uint32_t> joined(book_.size());
    std::iota(joined.begin(), joined.end(), 0);
    const auto root = [&](std::uint32_t r) {
      r = head_[r];
      while (joined[r] != r) r = joined[r] = joined[joined[r]];
      return r;
    };
    for (const Edge& edge : edges_) {
      if (edge.probability < terms_.review) break;
      const std::uint32_t x = root(edge.pair.first), y = root(edge.pair.second);
      if (x == y || vetoed(edge.pair.first, edge.pair.second)) continue;
      joined[std::max(x, y)] = std::min(x, y);
      asked.push_back({edge.pair, edge.probability});
    }
    return asked;
  }

  const Book& book_;
  const Terms& terms_;
  std::vector<std::uint32_t> head_;
  std::vector<std::vector<std::uint32_t>> members_;  // by head
  std::vector<Edge> edges_;
  std::unordered_map<std::uint64_t, float> known_;
  std::unordered_set<std::uint64_t> apart_;
  mutable bool accepted_built_ = false;
  mutable std::unordered_map<std::uint32_t, std::vector<std::pair<std::uint32_t, float>>> accepted_;
};

}  // namespace

Partition partition(const Book& book, const std::vector<Pair>& pairs, const std::vector<float>& probabilities,
                    const Terms& terms) {
  return Partitioning(book, pairs, probabilities, terms).run();
}

Partition match(const Book& book, const Model& model, const Terms& terms,
                const std::function<void(std::string_view)>& progress) {
  progress("looking for candidates");
  const Copies copies(book, terms);
  std::vector<StopWords> stop_words;
  const std::vector<Pair> pairs = candidates(book, copies.passed_over(), stop_words);
  progress("comparing " + std::to_string(pairs.size()) + " pairs");
  const std::vector<float> first = first_looks(book, pairs, model);
  progress("looking again at what is around them");
  const std::vector<float> second = second_looks(book, pairs, first, model);
  progress("putting golden records together");
  Partition found = partition(book, pairs, second, terms);
  copies.take_their_places(found, pairs, second, terms);
  found.stop_words = std::move(stop_words);
  return found;
}

}  // namespace linchpin::matching
