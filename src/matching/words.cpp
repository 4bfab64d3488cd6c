#include "matching/words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>

#include "mapping/text.hpp"

namespace linchpin::matching {
namespace {

std::uint32_t letters_in(std::string_view text) {
  std::uint32_t bits = 0;
  for (const char c : text)
    if (c >= 'a' && c <= 'z') bits |= 1u << (c - 'a');
  return bits;
}

// The letter that stands for those which are heard alike; 0 for what is left out.
char heard(char c) {
  switch (c) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
    case 'y':
    case 'h':
    case 'w':
      return 0;
    case 'c':
    case 'q':
    case 'g':
    case 'k':
      return 'k';
    case 'z':
      return 's';
    case 'd':
      return 't';
    case 'b':
      return 'p';
    case 'v':
      return 'f';
    default:
      return c;
  }
}

}  // namespace

std::string letters_of(std::string_view text) {
  const std::string folded = mapping::is_ascii(text) ? mapping::lower_ascii(text) : mapping::fold_key(text);
  std::string letters;
  for (const char c : folded)
    if (static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c))) letters.push_back(c);
  return letters;
}

namespace {

// `vowels`: a run of vowels is the first of them (y is an i), and an e at the end is silent.
std::string heard_of(std::string_view folded, bool vowels) {
  std::string sound;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    char c = folded[i];
    if (c == 'p' && i + 1 < folded.size() && folded[i + 1] == 'h') c = 'f';
    char h = heard(c);
    if (h == 0 && vowels && c != 'h' && c != 'w' && !(c == 'e' && i + 1 == folded.size()))
      h = static_cast<char>((c == 'y' ? 'i' : c) - 'a' + 'A');
    if (h != 0 && (sound.empty() || sound.back() != h)) sound.push_back(h);
  }
  return sound;
}

}  // namespace

std::string sound_of(std::string_view folded) { return heard_of(folded, false); }
std::string spoken_of(std::string_view folded) {
  std::string spoken = heard_of(folded, true);
  // "tracey" and "traci" end alike.
  if (spoken.ends_with("EI")) spoken.erase(spoken.size() - 2, 1);
  return spoken;
}

Words::Words() : words_(1) {}

WordId Words::add(std::string_view text) {
  if (text.empty()) return 0;
  const auto [at, is_new] = by_text_.emplace(std::string(text), static_cast<WordId>(words_.size()));
  if (!is_new) return at->second;
  const WordId id = at->second;
  words_.push_back(Word{.text = std::string(text), .letters = letters_in(text)});
  if (std::string sound = sound_of(text); sound.size() >= 2 && sound != text) {
    const WordId heard_as = add("~" + sound);  // the mark keeps sounds apart from words
    words_[id].sound = heard_as;
    const WordId said_as = add("=" + spoken_of(text));
    words_[id].spoken = said_as;
  }
  return id;
}

void Words::keep(std::size_t first) {
  for (std::size_t id = first; id < words_.size(); ++id) by_text_.erase(words_[id].text);
  words_.resize(first);
}

bool within_slips(std::string_view a, std::string_view b, int most) {
  if (a.size() > b.size()) std::swap(a, b);
  const std::size_t longest = 40;
  if (b.size() > longest || static_cast<int>(b.size() - a.size()) > most) return a == b;
  std::array<std::array<std::uint8_t, longest + 1>, 3> rows{};  // the last two rows are enough, and the one in work
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<std::uint8_t>(j);
  std::array<std::uint8_t, longest + 1>*before = &rows[2], *last = &rows[0], *now = &rows[1];
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*now)[0] = static_cast<std::uint8_t>(i);
    std::uint8_t least = (*now)[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      int cost = std::min({(*last)[j] + 1, (*now)[j - 1] + 1, (*last)[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost = std::min(cost, (*before)[j - 2] + 1);
      (*now)[j] = static_cast<std::uint8_t>(cost);
      least = std::min(least, (*now)[j]);
    }
    if (least > most) return false;
    std::array<std::uint8_t, longest + 1>* free = before;
    before = last, last = now, now = free;
  }
  return (*last)[b.size()] <= most;
}

bool near_words(const Word& a, const Word& b) {
  const std::size_t shorter = std::min(a.text.size(), b.text.size());
  if (shorter < 3) return false;
  const int most = shorter >= 8 ? 2 : 1;
  // A slip changes at most two letters' being there.
  if (std::popcount(a.letters ^ b.letters) > 2 * most) return false;
  return within_slips(a.text, b.text, most);
}

}  // namespace linchpin::matching
