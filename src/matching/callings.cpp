#include "matching/callings.hpp"

#include <algorithm>

#include "matching/given.hpp"
#include "matching/usual.hpp"

namespace linchpin::matching {
namespace {

constexpr std::size_t spelt_least = 3;  // letters: fewer in an address are initials

bool meet(const std::vector<WordId>& a, const std::vector<WordId>& b) {
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) return true;
    *x < *y ? ++x : ++y;
  }
  return false;
}

// "laodicia78" and "norvic.tane": the runs of letters.
std::vector<std::string_view> pieces_of(std::string_view local) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < local.size();) {
    std::size_t end = i;
    while (end < local.size() && local[end] >= 'a' && local[end] <= 'z') ++end;
    if (end > i) pieces.push_back(local.substr(i, end - i));
    i = end + 1;
  }
  return pieces;
}

}  // namespace

Callings::Callings(const Book& book) : book_(book) {
  std::vector<WordId> usual;
  for (WordId word = 1; word < book.words().size(); ++word) {
    const Word& w = book.words()[word];
    if (is_usual(w)) usual.push_back(word);
    if (is_usual(w) || w.as_given > 0) names_.emplace(w.text, word);
  }
  starts_.reserve(book.size() + 1);
  for (std::uint32_t r = 0; r < book.size(); ++r) {
    starts_.push_back(static_cast<std::uint32_t>(all_.size()));
    std::vector<WordId> own;
    read_names(book[r], own);
    read_email(book[r], own);
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    all_.insert(all_.end(), own.begin(), own.end());
  }
  starts_.push_back(static_cast<std::uint32_t>(all_.size()));
  roots_.resize(book.words().size());
  for (const WordId word : all_)
    if (roots_[word].empty()) roots_[word] = roots_of(word, usual);
}

void Callings::read_names(const Prepared& p, std::vector<WordId>& into) const {
  for (const Name& name : book_.names(p))
    for (const WordId word : {name.given, name.middle})
      if (word != 0) into.push_back(word);
}

void Callings::add_if_name(std::string_view text, std::vector<WordId>& into) const {
  if (text.size() < spelt_least) return;
  if (const auto name = names_.find(text); name != names_.end()) into.push_back(name->second);
}

// What is left of a piece without the family name or its initial: "andrewcorez", "corezandrew", "andrewc".
void Callings::read_email(const Prepared& p, std::vector<WordId>& into) const {
  for (const Email& email : book_.emails(p)) {
    if (book_.email_held(email.held).by_nobody) continue;
    for (const std::string_view piece : pieces_of(book_.words().text(email.local))) {
      add_if_name(piece, into);
      for (const Name& name : book_.names(p)) {
        const std::string& family = book_.words().text(name.family);
        if (family.empty()) continue;
        if (piece.ends_with(family)) add_if_name(piece.substr(0, piece.size() - family.size()), into);
        if (piece.starts_with(family)) add_if_name(piece.substr(family.size()), into);
        if (piece.back() == family[0]) add_if_name(piece.substr(0, piece.size() - 1), into);
      }
    }
  }
}

std::vector<WordId> Callings::roots_of(WordId word, std::span<const WordId> usual) const {
  std::vector<WordId> roots;
  const auto add = [&](WordId name) {
    roots.push_back(name);
    const std::vector<WordId>& formal = book_.pet_names().stand_for(name);
    roots.insert(roots.end(), formal.begin(), formal.end());
  };
  add(word);
  if (const Word& w = book_.words()[word]; !is_usual(w))
    for (const WordId name : usual)
      if (near_words(w, book_.words()[name])) add(name);
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  return roots;
}

bool Callings::are_akin_words(WordId a, WordId b) const {
  return meet(roots_[a], roots_[b]) || given_between(book_.words(), book_.pet_names(), a, b) != Given::Differs;
}

bool Callings::are_akin(std::uint32_t a, std::uint32_t b) const {
  for (std::uint32_t i = starts_[a]; i < starts_[a + 1]; ++i)
    for (std::uint32_t j = starts_[b]; j < starts_[b + 1]; ++j)
      if (are_akin_words(all_[i], all_[j])) return true;
  return false;
}

}  // namespace linchpin::matching
