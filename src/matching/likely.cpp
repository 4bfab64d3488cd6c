#include "matching/likely.hpp"

#include <algorithm>

namespace linchpin::matching {
namespace {

// One for each thread, filled anew each time: the table of pet names is read into it once.
Book& few() {
  thread_local Book book(std::vector<Record>{});
  return book;
}

}  // namespace

std::vector<Key> keys_of(const Record& record) {
  Book& book = few();
  book.fill({record});
  return keys_of(book, book[0]);
}

std::vector<Likeness> likeness(const Record& one, const std::vector<Record>& candidates, const Model& model) {
  std::vector<Record> all = candidates;
  all.push_back(one);
  Book& book = few();
  book.fill(std::move(all));
  const auto place_of = [&](const RecordId& id) {
    std::size_t place = 0;
    while (book.id(place) != id) ++place;
    return place;
  };
  const std::size_t mine = place_of(one.id);
  std::vector<Likeness> found;
  for (const Record& candidate : candidates) {
    Likeness like{.probability = 0, .comparison = compare(book, book[mine], book[place_of(candidate.id)])};
    Evidence evidence;
    first_look(like.comparison, evidence);
    like.probability = probability(model.first, evidence);
    found.push_back(like);
  }
  return found;
}

}  // namespace linchpin::matching
