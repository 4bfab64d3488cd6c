// compare: what two records have in common, as levels that a person could name: agrees, near, differs.
#pragma once

#include <cstdint>

#include "matching/book.hpp"
#include "matching/given.hpp"

namespace linchpin::matching {

// Each list's first level means that one of the records does not say.
enum class Family : std::uint8_t { Missing, Same, Near, Part, Differs };
enum class Middle : std::uint8_t { Missing, Same, Initial, Differs };
// Own: no differently named person has it. Shared: a household has it, as it does a landline. Crowded: an office, or
// many. Other: they differ, and one of the two is not one person's alone, so that this says little: a landline, the
// mailbox of a household.
enum class Mail : std::uint8_t { Missing, Own, Shared, Crowded, Near, Mailbox, Other, Differs };
enum class Call : std::uint8_t { Missing, Own, Shared, Crowded, Near, Other, Differs };
enum class Born : std::uint8_t { Missing, Same, Slip, Half, Differs };
enum class Home : std::uint8_t { Missing, Same, Near, OtherUnit, Street, Place, Differs };
// What an e-mail address says of a given name: it holds it, its initial, or somebody else's.
enum class Hint : std::uint8_t { None, Whole, Initial, Other };

// Why two names may be of two who are not one person, much as they agree. SuffixMissing: one says Jr or Sr, the other
// nothing. TitleForGiven: of one there is a title and no given name ("Mr Harwood"). NotOnes: one is a couple's, a
// trust's or a company's, and the other is not the same name in all its words. The graver later.
enum class Doubt : std::uint8_t { None, SuffixMissing, SuffixDiffers, TitleForGiven, NotOnes };

struct Comparison {
  Given given = Given::Missing;
  Family family = Family::Missing;
  Middle middle = Middle::Missing;
  Doubt doubt = Doubt::None;
  bool swapped = false;  // the family name of one is the given name of the other
  Mail mail = Mail::Missing;
  Call call = Call::Missing;
  Born born = Born::Missing;
  Home home = Home::Missing;
  Hint hint_first = Hint::None, hint_second = Hint::None;  // one's address, the other's name; the stronger first
  std::uint8_t links = 0;        // of e-mail, phone and address: how many tie the two to one household
  std::uint8_t mail_people = 0;  // differently named people who hold the common address, at most 9
  std::int8_t year_hint = 0;     // digits in one's e-mail are the other's birth year: 1; are not: -1
  bool same_system = false;
  bool bare = false;   // the book has no e-mail address and no phone number: a list of another kind
  bool alike = false;  // given and family name are the same two words
  // How many strangers would agree as these two do by chance: the logarithm of the number expected in the book.
  float strangers = 0;
};

// Whether the two may be one person's as far as the given names go: who goes by two quite different ones is for a
// person to say, since in a household everything else may agree.
bool named_alike(const Comparison&);
// Whether what the two have in common may settle it with nobody asked, however probable it is. An initial, a name that
// may be short for the other, and one that is like it are also a spouse's: a date of birth or a mobile number must say
// more. A name alone, however rare, is also a namesake's, and a father's. Father and son, a couple and one of the two,
// a person and their trust may agree in everything but the name.
bool may_settle(const Comparison&);

Comparison compare(const Book&, const Prepared&, const Prepared&);

}  // namespace linchpin::matching
