#include "matching/copies.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace linchpin::matching {
namespace {

// All that a comparison reads of a record, as numbers: the words and places of one book.
using Content = std::vector<std::uint32_t>;

Content content_of(const Book& book, const Prepared& p) {
  Content content{p.system, p.names.count, p.emails.count, p.phones.count, p.births.count};
  for (const Name& n : book.names(p))
    content.insert(content.end(), {n.given, n.middle, n.family, n.first_part, n.last_part, n.whole,
                                   static_cast<std::uint32_t>(n.whose), static_cast<std::uint32_t>(n.generation)});
  for (const Email& e : book.emails(p)) content.push_back(e.held);
  for (const Phone& t : book.phones(p)) content.push_back(t.held);
  for (const Birth& b : book.births(p)) content.push_back(b.digits);
  for (const Address& a : book.addresses(p))
    content.insert(content.end(), {a.number, a.unit, a.street, a.second, a.suburb, a.postcode});
  return content;
}

struct ContentHash {
  std::size_t operator()(const Content& content) const {
    std::uint64_t hash = 0xCBF29CE484222325ull;
    for (const std::uint32_t number : content) hash = (hash ^ number) * 0x100000001B3ull;
    return static_cast<std::size_t>(hash ^ hash >> 32);
  }
};

// Two that are equal in a name alone are not known to be one person.
bool holds_more_than_a_name(const Book& book, const Prepared& p) {
  return p.names.count > 0 && p.emails.count + p.phones.count + p.births.count + p.addresses.count > 0 &&
         may_settle(compare(book, p, p));
}

}  // namespace

Copies::Copies(const Book& book, const Terms& terms) : passed_over_(book.size()) {
  std::set<RecordId> decided;  // of these a person has said who they are
  for (const Decision& d : terms.decisions) decided.insert({d.first, d.second});
  struct Alike {
    std::uint32_t first = 0, second = 0, count = 0;
  };
  std::unordered_map<Content, Alike, ContentHash> all;
  all.reserve(book.size());
  for (std::uint32_t r = 0; r < book.size(); ++r) {
    if (!holds_more_than_a_name(book, book[r]) || decided.contains(book.id(r))) continue;
    Alike& alike = all[content_of(book, book[r])];
    if (++alike.count == 1) {
      alike.first = r;
    } else if (alike.count == 2) {
      alike.second = r;
    } else {
      passed_over_[r] = true;
      copies_.push_back({{alike.first, alike.second}, r});
    }
  }
}

void Copies::take_their_places(Partition& found, const std::vector<Pair>& pairs,
                               const std::vector<float>& probabilities, const Terms& terms) const {
  for (const auto& [first_two, record] : copies_) {
    const auto [first, second] = first_two;
    if (found.golden[first] == found.golden[second]) {
      found.golden[record] = found.golden[first];
      continue;
    }
    const auto at = std::lower_bound(pairs.begin(), pairs.end(), first_two);
    if (at == pairs.end() || *at != first_two) continue;
    const float probability = probabilities[static_cast<std::size_t>(at - pairs.begin())];
    if (probability >= terms.review) found.questions.push_back({{first, record}, probability});
  }
  std::sort(found.questions.begin(), found.questions.end(), [](const Question& a, const Question& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.pair < b.pair;
  });
}

}  // namespace linchpin::matching
