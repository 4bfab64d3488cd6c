// Callings: what a person may be called, as far as a record tells: the given and middle names, and the name that an
// e-mail address spells. Two are akin where the one may be another form of the other: of one name by the table of pet
// names, also behind a slip ("Chikc" is Charlotte), short for it, or a slip apart.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "matching/book.hpp"

namespace linchpin::matching {

class Callings {
 public:
  explicit Callings(const Book&);
  // Of two records, by their places: whether a calling of the one is akin to one of the other.
  bool are_akin(std::uint32_t a, std::uint32_t b) const;

 private:
  bool are_akin_words(WordId a, WordId b) const;
  void read_names(const Prepared&, std::vector<WordId>& into) const;
  void read_email(const Prepared&, std::vector<WordId>& into) const;
  void add_if_name(std::string_view text, std::vector<WordId>& into) const;
  std::vector<WordId> roots_of(WordId word, std::span<const WordId> usual) const;

  const Book& book_;
  std::unordered_map<std::string_view, WordId> names_;
  std::vector<WordId> all_;                 // of all records, one record's after the other's
  std::vector<std::uint32_t> starts_;       // by record: where its own begin
  std::vector<std::vector<WordId>> roots_;  // by calling: the names that it may be a form of, in order
};

}  // namespace linchpin::matching
