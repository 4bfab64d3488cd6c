// The texts of a field, taken apart: what is common to the ways in which people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::matching {

// Which of those of one name a word behind it says: Jr, III.
enum class Generation : std::uint8_t { Untold, Junior, Senior, Second, Third, Fourth };

struct NameParts {
  std::string given, middle, family;  // as written
  Generation generation = Generation::Untold;
  bool titled = false;  // a title stood before it
};
// "Smith, Jane Anne", "Dr Jane Anne Smith", "de la Cruz": by commas, titles and particles, else the last word is the
// family name. It may be the wrong way round: a comparison tries both.
NameParts split_full_name(std::string_view);
void take_off_generation(NameParts&);        // "Smithson Jr" → Smithson, Junior
bool has_title_for_given(const NameParts&);  // "Mr Harwood", and "Mrs" for a given name

struct EmailParts {
  std::string whole;  // lower case, without what follows a +
  std::string local, letters, domain;
  int year = 0;         // "ryan46" → 1946
  bool office = false;  // info@, accounts@: nobody's own
};
EmailParts split_email(std::string_view);  // all empty when it is none

struct PhoneParts {
  std::uint64_t digits = 0;  // national, without the leading 0 (Australia), else as they are; 0: none
  bool mobile = false;
  bool nobody = false;  // 0400 000 000
};
PhoneParts split_phone(std::string_view);

// YYYYMMDD of "1991-12-28" or "19911228", in whichever order a four-digit year stands; 0 where it is none, or is what
// forms put there when nobody knows (1 January 1900, 1970).
std::uint32_t birth_digits(std::string_view);
std::uint32_t calendar_digits(std::string_view);  // the same, of what forms put there too

struct StreetParts {
  std::string unit, number, street;  // "U3/25 Waddell Pl" → 3, 25, waddell
};
StreetParts split_street(std::string_view number, std::string_view street);

}  // namespace linchpin::matching
