#include "matching/pet_names.hpp"

#include "matching/embedded.hpp"

namespace linchpin::matching {

PetNames::PetNames(Words& words) {
  std::string_view rest = embedded_nicknames();
  rest.remove_prefix(rest.find('\n') + 1);  // name1,relationship,name2
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const WordId formal = words.add(letters_of(line.substr(0, first)));
    const WordId pet = words.add(letters_of(line.substr(second + 1)));
    if (formal == 0 || pet == 0) continue;
    pairs_.insert(key(formal, pet));
    stand_for_[pet].push_back(formal);
    formal_.insert(formal);
    initials_.insert(std::uint64_t{pet} << 8 | letter(words.text(formal)[0]));
    words.at(formal).is_name = words.at(pet).is_name = true;
  }
}

const std::vector<WordId>& PetNames::stand_for(WordId pet) const {
  static const std::vector<WordId> none;
  const auto at = stand_for_.find(pet);
  return at == stand_for_.end() ? none : at->second;
}

}  // namespace linchpin::matching
