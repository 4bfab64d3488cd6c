#include "matching/near.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "matching/callings.hpp"

namespace linchpin::matching {
namespace {

constexpr float likeness_least = 0.001F;  // less alike, and it tells a person nothing

// Who has the family name, and nothing else, is another of the family.
bool says_something(const Comparison& c) {
  if (c.given != Given::Differs && c.given != Given::Missing) return true;
  return (c.mail != Mail::Missing && c.mail < Mail::Other) || (c.call != Call::Missing && c.call < Call::Other) ||
         c.born == Born::Same || c.born == Born::Slip;
}

// Family names that may be one with slips in both: each word with those that are like it, itself too.
class Families {
 public:
  Families(const Book& book, const std::vector<bool>& looked_at) : words_(book.words()) {
    for (std::uint32_t r = 0; r < book.size(); ++r) {
      if (!looked_at[r]) continue;
      for (const Name& name : book.names(book[r]))
        for (const WordId word : {name.family, name.first_part, name.last_part})
          if (word != 0) add(word, r);
    }
    join();
  }
  std::span<const WordId> like(WordId word) const {
    const auto at = like_.find(word);
    return at == like_.end() ? std::span<const WordId>() : at->second;
  }
  std::span<const std::uint32_t> of(WordId word) const { return records_.at(word); }
  bool are_like(WordId a, WordId b) const { return a != 0 && b != 0 && (a == b || alike(words_[a], words_[b])); }

 private:
  static bool alike(const Word& a, const Word& b) {
    if (a.sound != 0 && a.sound == b.sound) return true;
    const std::size_t shorter = std::min(a.text.size(), b.text.size());
    if (shorter < 3 || std::max(a.text.size(), b.text.size()) - shorter > 2) return false;
    const int most = shorter >= 5 ? 2 : 1;
    return std::popcount(a.letters ^ b.letters) <= 2 * most && within_slips(a.text, b.text, most);
  }
  void add(WordId word, std::uint32_t record) {
    std::vector<std::uint32_t>& records = records_[word];
    if (records.empty() || records.back() != record) records.push_back(record);
  }
  void join() {
    std::vector<WordId> all;
    for (const auto& [word, records] : records_) all.push_back(word), like_[word].push_back(word);
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j)
        if (alike(words_[all[i]], words_[all[j]])) like_[all[i]].push_back(all[j]), like_[all[j]].push_back(all[i]);
  }

  const Words& words_;
  std::map<WordId, std::vector<std::uint32_t>> records_;
  std::map<WordId, std::vector<WordId>> like_;
};

class Nearest {
 public:
  Nearest(const Book& book, const std::vector<Stands>& stands, const Model& model,
          const std::function<bool(const Pair&)>& settled)
      : book_(book),
        stands_(stands),
        model_(model),
        settled_(settled),
        looked_at_(looked_at(stands)),
        callings_(book),
        families_(book, looked_at_),
        nearest_(book.size()),
        seen_(book.size(), 0) {}

  std::vector<Alike> run() {
    for (std::uint32_t r = 0; r < book_.size(); ++r)
      if (looked_at_[r]) look_around(r);
    for (const Pair& pair : candidates(book_))
      if (!alike_in_name(pair.first, pair.second)) look(pair.first, pair.second);
    return listed();
  }

 private:
  static bool may_be_one(const Stands& x, const Stands& y) {
    return (x.has & y.has) == 0 && ((x.lacks & y.has) != 0 || (y.lacks & x.has) != 0);
  }
  bool may_be_one(std::uint32_t a, std::uint32_t b) const { return may_be_one(stands_[a], stands_[b]); }
  // Those who could be one with anybody: few, where most are everywhere.
  static std::vector<bool> looked_at(const std::vector<Stands>& stands) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, bool> kinds;
    for (const Stands& s : stands) kinds[{s.has, s.lacks}] = false;
    for (auto& [kind, is] : kinds)
      for (const auto& [other, ignored] : kinds)
        is = is || may_be_one({kind.first, kind.second}, {other.first, other.second});
    std::vector<bool> is;
    for (const Stands& s : stands) is.push_back(kinds.at({s.has, s.lacks}));
    return is;
  }

  // Those after it whose family name is like its own, and who are called alike.
  void look_around(std::uint32_t r) {
    for (const Name& name : book_.names(book_[r]))
      for (const WordId part : {name.family, name.first_part, name.last_part})
        for (const WordId family : families_.like(part))
          for (const std::uint32_t other : families_.of(family))
            if (other > r && seen_[other] != r + 1 && may_be_one(r, other) && callings_.are_akin(r, other)) {
              seen_[other] = r + 1;
              look(r, other);
            }
  }
  bool alike_in_name(std::uint32_t a, std::uint32_t b) const {
    for (const Name& x : book_.names(book_[a]))
      for (const Name& y : book_.names(book_[b]))
        for (const WordId p : {x.family, x.first_part, x.last_part})
          for (const WordId q : {y.family, y.first_part, y.last_part})
            if (families_.are_like(p, q) && callings_.are_akin(a, b)) return true;
    return false;
  }

  void look(std::uint32_t a, std::uint32_t b) {
    const Pair pair{a, b};
    if (!may_be_one(a, b)) return;
    Alike alike{.pair = pair, .likeness = 0, .comparison = compare(book_, book_[a], book_[b])};
    read_kindly(alike);
    if (!says_something(alike.comparison)) return;
    Evidence evidence;
    first_look(alike.comparison, evidence);
    alike.likeness = probability(model_.first, evidence);
    if (alike.likeness < likeness_least || settled_(pair)) return;
    offer(nearest_[a], alike);
    offer(nearest_[b], alike);
  }

  // A comparison calls different what it would be rash to call anything else; here nothing is decided.
  void read_kindly(Alike& alike) const {
    const auto [a, b] = alike.pair;
    Comparison& c = alike.comparison;
    if (c.given == Given::Differs || c.given == Given::Missing) {
      if (!callings_.are_akin(a, b)) return;
      c.given = Given::Short;
      if (c.hint_first == Hint::Other) c.hint_first = Hint::None;
      if (c.hint_second == Hint::Other) c.hint_second = Hint::None;
    }
    if (c.family != Family::Differs) return;
    for (const Name& x : book_.names(book_[a]))
      for (const Name& y : book_.names(book_[b]))
        if (families_.are_like(x.family, y.family)) c.family = Family::Near;
  }

  static bool before(const Alike& x, const Alike& y) {
    return x.likeness != y.likeness ? x.likeness > y.likeness : x.pair < y.pair;
  }
  static void offer(std::vector<Alike>& nearest, const Alike& alike) {
    if (nearest.size() == near_most && !before(alike, nearest.back())) return;
    if (nearest.size() == near_most) nearest.pop_back();
    nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), alike, before), alike);
  }
  std::vector<Alike> listed() const {
    std::vector<Alike> all;
    for (const std::vector<Alike>& some : nearest_) all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end(), before);
    all.erase(std::unique(all.begin(), all.end(), [](const Alike& x, const Alike& y) { return x.pair == y.pair; }),
              all.end());
    return all;
  }

  const Book& book_;
  const std::vector<Stands>& stands_;
  const Model& model_;
  const std::function<bool(const Pair&)>& settled_;
  const std::vector<bool> looked_at_;
  const Callings callings_;
  const Families families_;
  std::vector<std::vector<Alike>> nearest_;  // by record
  std::vector<std::uint32_t> seen_;          // the record, plus one, that looked at it last
};

}  // namespace

std::vector<Alike> near(const Book& book, const std::vector<Stands>& stands, const Model& model,
                        const std::function<bool(const Pair&)>& settled) {
  return Nearest(book, stands, model, settled).run();
}

}  // namespace linchpin::matching
