#include "matching/given.hpp"

#include "matching/usual.hpp"

#include <algorithm>

namespace linchpin::matching {
namespace {

// "Mo" begins Mohammed, "Robbie" is Robert's start with an ending of pet names, "Enzo" ends Vincenzo.
bool may_be_short(std::string_view shorter, std::string_view longer) {
  if (longer.starts_with(shorter)) return shorter.size() >= 2;
  if (shorter.size() >= 4 && longer.ends_with(shorter)) return true;
  std::string_view stem = shorter;
  for (const std::string_view ending : {"ie", "ey", "y", "o", "s"})
    if (stem.ends_with(ending)) {
      stem.remove_suffix(ending.size());
      break;
    }
  if (stem.size() == shorter.size()) return false;
  if (stem.size() >= 4 && stem[stem.size() - 1] == stem[stem.size() - 2]) stem.remove_suffix(1);  // "robb"
  return stem.size() >= 3 && longer.starts_with(stem);
}

}  // namespace

Given given_between(const Words& words, const PetNames& pet_names, WordId x, WordId y) {
  if (x == 0 || y == 0) return Given::Missing;
  if (x == y) return Given::Same;
  const Word &a = words[x], &b = words[y];
  if (a.text.size() == 1 || b.text.size() == 1) {
    const bool begins = a.text[0] == b.text[0] || (b.text.size() > 1 && pet_names.begins(y, a.text[0])) ||
                        (a.text.size() > 1 && pet_names.begins(x, b.text[0]));
    return begins ? Given::Initial : Given::Differs;
  }
  if (pet_names.are(x, y)) return Given::PetName;
  if ((a.sound != 0 && a.sound == b.sound) || near_words(a, b))
    return is_usual(a) && is_usual(b) && a.spoken != b.spoken ? Given::Like : Given::Near;
  const bool a_shorter = a.text.size() < b.text.size();
  return may_be_short(a_shorter ? a.text : b.text, a_shorter ? b.text : a.text) ? Given::Short : Given::Differs;
}

}  // namespace linchpin::matching
