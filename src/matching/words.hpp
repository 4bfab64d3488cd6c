// Words: each comparable text of a book once, with what a comparison asks of it. Equal words have equal numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace linchpin::matching {

using WordId = std::uint32_t;  // 0: no word

struct Word {
  std::string text;           // letters and digits, folded: "oconnor"
  WordId sound = 0;           // its consonants, as they sound: what spellings of one name share
  WordId spoken = 0;          // the same with its vowels: "stephen" and "steven" have one, "john" and "joan" two
  bool is_name = false;       // the table of pet names knows it
  std::uint32_t letters = 0;  // a bit for each letter that it has: two words that differ in many are not near
  std::uint32_t as_given = 0, as_family = 0;  // how many names of the book have it there
};

class Words {
 public:
  Words();
  WordId add(std::string_view text);  // 0 for ""
  void keep(std::size_t first);       // the first words, as if the others had never been added
  const Word& operator[](WordId id) const { return words_[id]; }
  Word& at(WordId id) { return words_[id]; }
  std::size_t size() const { return words_.size(); }
  void fetch(WordId id) const { __builtin_prefetch(&words_[id]); }
  const std::string& text(WordId id) const { return words_[id].text; }

 private:
  std::vector<Word> words_;
  std::unordered_map<std::string, WordId> by_text_;
};

// How a text compares: letters and digits only, without marks and case ("O’Connor" and "oconnor" are one).
std::string letters_of(std::string_view text);
// The consonants of a folded word, doubled ones once, those that are heard alike as one: "tracey" and "traci" have one.
std::string sound_of(std::string_view folded);
// The whole word as it is spoken: its sound with the vowels in their places, those that are written alike as one.
std::string spoken_of(std::string_view folded);

// Whether `a` becomes `b` by at most `most` slips: a letter put in, left out, changed, or two neighbours swapped.
bool within_slips(std::string_view a, std::string_view b, int most);
// As a person's slips go: one in a word of three letters or more, two from eight on.
bool near_words(const Word& a, const Word& b);

}  // namespace linchpin::matching
