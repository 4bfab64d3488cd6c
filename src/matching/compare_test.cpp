#include "matching/compare.hpp"

#include <gtest/gtest.h>

#include "matching/parts.hpp"

namespace linchpin::matching {
namespace {

Fields named(const char* given, const char* family) {
  Fields f;
  f.given_name = given, f.family_name = family;
  return f;
}

Comparison compared(const Fields& a, const Fields& b) {
  const Book book({{{"crm", "1"}, {a}}, {{"books", "1"}, {b}}});
  return compare(book, book[0], book[1]);
}

Comparison born(const char* a, const char* b) {
  Fields x, y;
  x.date_of_birth = a, y.date_of_birth = b;
  return compared(x, y);
}

TEST(Parts, AFullNameIsTakenApartByCommaTitleAndParticle) {
  const auto split = [](const char* text) {
    const NameParts p = split_full_name(text);
    return p.given + "|" + p.middle + "|" + p.family;
  };
  EXPECT_EQ(split("Ling Chan-Liu"), "Ling||Chan-Liu");
  EXPECT_EQ(split("Lobert, Danny"), "Danny||Lobert");
  EXPECT_EQ(split("Dr Ryan Angus Kelly"), "Ryan|Angus|Kelly");
  EXPECT_EQ(split("Lucy De Luca"), "Lucy||De Luca");
  EXPECT_EQ(split("Cher"), "||Cher");
  EXPECT_EQ(split("Smith,"), "||Smith");
  EXPECT_EQ(split(""), "||");
}

TEST(Parts, JrAndThirdAreNoPartOfANameHoweverItIsWritten) {
  const auto split = [](const char* text) {
    const NameParts p = split_full_name(text);
    return p.given + "|" + p.middle + "|" + p.family + "|" + std::to_string(static_cast<int>(p.generation));
  };
  for (const char* text :
       {"John Smithson Jr", "John Smithson Jnr.", "Mr John Smithson, Jr.", "Smithson Jr, John", "Smithson, John Jr"})
    EXPECT_EQ(split(text), "John||Smithson|1") << text;
  EXPECT_EQ(split("John Harding III"), "John||Harding|4");
  EXPECT_EQ(split("Sok Iv"), "Sok||Iv|0");
  EXPECT_EQ(split("Jr"), "||Jr|0");
}

TEST(Parts, APhoneNumberIsOneInEveryWayOfWritingIt) {
  const std::uint64_t number = split_phone("0412 704 937").digits;
  EXPECT_NE(number, 0u);
  for (const char* text : {"+61 412 704 937", "0061 412704937", "61412704937", "+61 (0)412 704 937", "412704937"})
    EXPECT_EQ(split_phone(text).digits, number) << text;
  EXPECT_TRUE(split_phone("0400000000").nobody);
  EXPECT_EQ(split_phone("none").digits, 0u);
}

TEST(Parts, ABirthThatFormsPutThereIsNone) {
  EXPECT_EQ(birth_digits("1991-12-28"), 19911228u);
  EXPECT_EQ(birth_digits("19911228"), 19911228u);
  EXPECT_EQ(birth_digits("28/12/1991"), 19911228u);
  EXPECT_EQ(birth_digits("1900-01-01"), 0u);
  EXPECT_EQ(birth_digits("1970-01-01"), 0u);
  EXPECT_EQ(birth_digits("soon"), 0u);
}

TEST(Parts, AStreetIsItsNameAndNumberHoweverItIsAbbreviated) {
  const auto split = [](const char* text) {
    const StreetParts p = split_street("", text);
    return p.unit + "|" + p.number + "|" + p.street;
  };
  EXPECT_EQ(split("36/164 Longmore Cres"), "36|164|longmore");
  EXPECT_EQ(split("U36/164 longmore crescent"), "36|164|longmore");
  EXPECT_EQ(split("Unit 36, 164 Longmore Crescent"), "36|164|longmore");
  EXPECT_EQ(split("9 De Little Cct"), "|9|delittle");
}

TEST(Parts, AnOfficesMailboxIsNobodysOwn) {
  EXPECT_TRUE(split_email("Reception@Practice.example").office);
  EXPECT_EQ(split_email("Jane+news@X.example").whole, "jane@x.example");
  EXPECT_EQ(split_email("ryan46@x.example").year, 1946);
  EXPECT_EQ(split_email("no address").whole, "");
}

TEST(Compare, GivenNamesAgreeAreNearOrDiffer) {
  EXPECT_EQ(compared(named("Jane", "Kelly"), named("JANE", "kelly")).given, Given::Same);
  EXPECT_EQ(compared(named("William", "Kelly"), named("Bill", "Kelly")).given, Given::PetName);
  EXPECT_EQ(compared(named("W.", "Kelly"), named("William", "Kelly")).given, Given::Initial);
  EXPECT_EQ(compared(named("Wiliam", "Kelly"), named("William", "Kelly")).given, Given::Near);
  EXPECT_EQ(compared(named("Tracey", "Kelly"), named("Traci", "Kelly")).given, Given::Near);
  EXPECT_EQ(compared(named("Joan", "Kelly"), named("Hannah", "Kelly")).given, Given::Differs);
  EXPECT_EQ(compared(named("", "Kelly"), named("Hannah", "Kelly")).given, Given::Missing);
}

TEST(Compare, ANameMayBeShortForAnotherOrOnlyBeLikeIt) {
  EXPECT_EQ(compared(named("Mo", "Kelly"), named("Mohammed", "Kelly")).given, Given::Short);
  EXPECT_EQ(compared(named("Rosie", "Kelly"), named("Rosemary", "Kelly")).given, Given::Short);
  EXPECT_EQ(compared(named("Jass", "Kelly"), named("Jaspreet", "Kelly")).given, Given::Short);
  EXPECT_EQ(compared(named("Enzo", "Kelly"), named("Vincenzo", "Kelly")).given, Given::Short);
  EXPECT_EQ(compared(named("Mark", "Kelly"), named("Mary", "Kelly")).given, Given::Like);
  EXPECT_EQ(compared(named("Joan", "Kelly"), named("John", "Kelly")).given, Given::Like);
  EXPECT_EQ(compared(named("Steven", "Kelly"), named("Stephen", "Kelly")).given, Given::Near);
  EXPECT_EQ(compared(named("R", "Kelly"), named("Bobby", "Kelly")).given, Given::Initial);
  EXPECT_EQ(compared(named("J", "Kelly"), named("Bobby", "Kelly")).given, Given::Differs);
}

TEST(Compare, WhatAHouseholdHasSaysLittleWhereItDiffers) {
  const auto with = [](const char* phone) {
    Fields f = named("Jane", "Kelly");
    f.phone = phone;
    return f;
  };
  EXPECT_EQ(compared(with("0412704937"), with("0412704937")).call, Call::Own);
  EXPECT_EQ(compared(with("0356253628"), with("0356253628")).call, Call::Shared);
  EXPECT_EQ(compared(with("0412704937"), with("0429744982")).call, Call::Differs);
  EXPECT_EQ(compared(with("0412704937"), with("0356253628")).call, Call::Other);
}

TEST(Compare, AMiddleNameMayBeTheOneThatIsUsed) {
  Fields legal = named("Cathleen", "Muller");
  legal.middle_name = "Anneliese";
  EXPECT_EQ(compared(legal, named("Anneliese", "Muller")).given, Given::Middle);
}

TEST(Compare, FamilyNamesIgnoreMarksAndKnowHalvesAndMac) {
  EXPECT_EQ(compared(named("A", "O’Connor"), named("A", "oconnor")).family, Family::Same);
  EXPECT_EQ(compared(named("A", "Müller"), named("A", "Muller")).family, Family::Same);
  EXPECT_EQ(compared(named("A", "MacDonald"), named("A", "McDonald")).family, Family::Same);
  EXPECT_EQ(compared(named("A", "Riede-Wright"), named("A", "Wright")).family, Family::Part);
  EXPECT_EQ(compared(named("A", "Smitth"), named("A", "Smith")).family, Family::Near);
  EXPECT_EQ(compared(named("A", "Evans"), named("A", "Smith")).family, Family::Differs);
}

// What the two have in common beside their names would settle it: an own mailbox and an own mobile.
Comparison at_one_place(Fields a, Fields b) {
  for (Fields* f : {&a, &b}) f->email = "box@x.example", f->phone = "0412 704 937";
  const Comparison there = compared(a, b), back = compared(b, a);
  EXPECT_EQ(there.doubt, back.doubt);
  EXPECT_EQ(may_settle(there), may_settle(back));
  return there;
}
Fields called(const char* full_name) {
  Fields f;
  f.full_name = full_name;
  return f;
}

TEST(Compare, ACoupleATrustAndACompanyAreNotOneOfTheirOwn) {
  const Fields people[][2] = {{named("Jane", "Kellman"), named("Jane & John", "Kellman")},
                              {named("Una", "Zettel"), named("Una", "Zettel Family Trust")},
                              {named("Kate", "Umbridge"), named("Kate", "Umbridge Pty Ltd")},
                              {named("Jane", "Dorrigo"), called("J & M Dorrigo")},
                              {named("Mary", "Smith"), called("Mr & Mrs Smith")},
                              {named("Kate", "Umbridge"), called("Umbridge, Kate & Tom")},
                              {named("Ann", "Lambeth"), called("Ann Lambeth ATF Lambeth Trust")},
                              {called("Kate Umbridge Pty Ltd"), called("Kate Umbridge Holdings Pty Ltd")}};
  for (const auto& [one, other] : people) {
    const Comparison c = at_one_place(one, other);
    EXPECT_EQ(c.doubt, Doubt::NotOnes) << other.full_name << other.given_name << other.family_name;
    EXPECT_FALSE(may_settle(c));
  }
}

TEST(Compare, ACompanyIsItselfHoweverItsNameIsDivided) {
  EXPECT_TRUE(may_settle(at_one_place(called("Kate Umbridge Pty Ltd"), named("Kate", "Umbridge Pty. Ltd."))));
  EXPECT_TRUE(may_settle(at_one_place(named("Jane & John", "Kellman"), called("Jane & John Kellman"))));
  EXPECT_TRUE(may_settle(at_one_place(called("Kellman, Jane & John"), called("Jane & John Kellman"))));
  EXPECT_TRUE(may_settle(at_one_place(called("Co, Xi"), named("Xi", "Co"))));
  EXPECT_TRUE(may_settle(at_one_place(called("Mr Harwood"), named("Mr", "Harwood"))));
}

TEST(Compare, FatherAndSonOfOneNameAreTwo) {
  const Fields junior = named("John", "Smithson Jr"), senior = named("John", "Smithson Sr"),
               plain = named("John", "Smithson");
  EXPECT_EQ(at_one_place(junior, senior).doubt, Doubt::SuffixDiffers);
  EXPECT_EQ(at_one_place(junior, senior).family, Family::Same);
  EXPECT_FALSE(may_settle(at_one_place(junior, senior)));
  EXPECT_FALSE(may_settle(at_one_place(called("John Harding II"), called("John Harding III"))));
  EXPECT_FALSE(may_settle(at_one_place(named("John Smithson", "Jr"), named("John Smithson", "Sr"))));
  EXPECT_FALSE(may_settle(at_one_place(called("John Smithson Senior"), called("John Smithson Junior"))));
  EXPECT_FALSE(may_settle(at_one_place(named("John", "Smithson Senior"), junior)));
  EXPECT_TRUE(may_settle(at_one_place(called("Ann Senior"), named("Ann", "Senior")))) << "a family name";
  EXPECT_FALSE(may_settle(at_one_place(plain, senior)));
  EXPECT_TRUE(may_settle(at_one_place(junior, called("Smithson, John Jnr"))));
}

TEST(Compare, WhoIsBornOnTheDayOfOneWithoutASuffixIsNoFather) {
  Fields plain = named("John", "Smithson"), senior = named("John", "Smithson Sr");
  plain.date_of_birth = senior.date_of_birth = "1951-12-15";
  EXPECT_TRUE(may_settle(at_one_place(plain, senior)));
  EXPECT_FALSE(may_settle(at_one_place(
      [&] {
        Fields f = plain;
        f.family_name = "Smithson Jr";
        return f;
      }(),
      senior)));
}

TEST(Compare, ATitleIsNobodysGivenName) {
  for (const Fields& titled : {named("Mrs", "Harwood"), called("Mr Harwood"), called("Harwood, Mr")}) {
    EXPECT_FALSE(may_settle(at_one_place(named("Ann", "Harwood"), titled))) << titled.full_name;
    EXPECT_FALSE(may_settle(at_one_place(named("Mr", "Harwood"), titled)) && titled.given_name == "Mrs");
  }
  EXPECT_TRUE(may_settle(at_one_place(named("Ann", "Harwood"), called("Mrs Ann Harwood"))));
  EXPECT_TRUE(may_settle(at_one_place(named("Ann", "Harwood"), named("", "Harwood")))) << "a bare name has no title";
}

TEST(Compare, OneOfAGoldenRecordsNamesMayClearUpTheDoubt) {
  const auto against = [](const char* family) {
    Fields one = named("John", "Smithson"), other = named("John", "Smithson Jr"), third = named("John", family);
    one.email = third.email = "box@x.example";
    const Book book({{{"crm", "1"}, {one, other}}, {{"books", "1"}, {third}}});
    return may_settle(compare(book, book[0], book[1]));
  };
  EXPECT_TRUE(against("Smithson"));
  EXPECT_TRUE(against("Smithson Jr"));
  EXPECT_FALSE(against("Smithson Sr"));
}

TEST(Compare, NamesTheWrongWayRoundAreReadTheRightWay) {
  const Comparison c = compared(named("Vettese", "Dorothy"), named("Dorothy", "Vettese"));
  EXPECT_TRUE(c.swapped);
  EXPECT_EQ(c.given, Given::Same);
  EXPECT_EQ(c.family, Family::Same);
}

TEST(Compare, ADateOfBirthIsTheSameASlipHalfTheSameOrDiffers) {
  EXPECT_EQ(born("1981-12-15", "1981-12-15").born, Born::Same);
  EXPECT_EQ(born("1981-12-15", "1981-12-16").born, Born::Slip);
  EXPECT_EQ(born("1981-12-05", "1981-05-12").born, Born::Slip);
  EXPECT_EQ(born("1981-12-15", "1918-12-15").born, Born::Slip);
  EXPECT_EQ(born("1981-12-15", "1967-12-15").born, Born::Half);
  EXPECT_EQ(born("1981-12-15", "1952-03-27").born, Born::Differs);
  EXPECT_EQ(born("1981-12-15", "1900-01-01").born, Born::Missing);
}

TEST(Compare, AnAddressIsTheSameNearTheSameStreetOrElsewhere) {
  const auto home = [](const char* street, const char* suburb, const char* code) {
    Fields f;
    f.street = street, f.suburb = suburb, f.postcode = code;
    return f;
  };
  const Fields here = home("36/164 Longmore Cres", "Cooroy", "4563");
  EXPECT_EQ(compared(here, home("36/164 longmore crescent", "Cooroy", "4563")).home, Home::Same);
  EXPECT_EQ(compared(here, home("36/164 Longmoer Cres", "Cooroy", "4563")).home, Home::Near);
  EXPECT_EQ(compared(here, home("2/164 Longmore Cres", "Cooroy", "4563")).home, Home::OtherUnit);
  EXPECT_EQ(compared(here, home("980 Longmore Cres", "Cooroy", "4563")).home, Home::Street);
  EXPECT_EQ(compared(here, home("7 Evan St", "Cooroy", "4563")).home, Home::Place);
  EXPECT_EQ(compared(here, home("7 Evan St", "Perth", "6000")).home, Home::Differs);
}

TEST(Compare, AnAddressHasASecondLineAndTheTwoMayStandTheWrongWayRound) {
  const auto home = [](const char* number, const char* street, const char* second) {
    Fields f;
    f.street_number = number, f.street = street, f.street_2 = second, f.suburb = "Narooma", f.postcode = "2330";
    return f;
  };
  const Fields here = home("7", "Creswell Street", "Laguna Estate");
  EXPECT_EQ(compared(here, home("7", "Laguna Estate", "Creswell Street")).home, Home::Near);
  EXPECT_EQ(compared(here, home("94", "Creswell Street", "Laguna Estaet")).home, Home::Near);
  EXPECT_EQ(compared(here, home("94", "Creswell Street", "")).home, Home::Street);
  EXPECT_EQ(compared(here, home("7", "Creswell Sstreet", "")).home, Home::Near);
}

TEST(Compare, WhatAFamilySharesIsSharedAndWhatAnOfficeHasIsCrowded) {
  const auto at = [](const char* given, const char* email) {
    Fields f = named(given, "Kelly");
    f.email = email;
    return f;
  };
  EXPECT_EQ(compared(at("Jane", "jk@x.example"), at("Jane", "JK@x.example")).mail, Mail::Own);
  EXPECT_EQ(compared(at("Jane", "jk@x.example"), at("Robert", "jk@x.example")).mail, Mail::Shared);
  EXPECT_EQ(compared(at("Jane", "info@x.example"), at("Jane", "info@x.example")).mail, Mail::Crowded);
  EXPECT_EQ(compared(at("Jane", "jane.kelly@x.example"), at("Jane", "jane.kelyl@x.example")).mail, Mail::Near);
}

TEST(Compare, AnEMailAddressTellsWhoseItIs) {
  Fields c = named("Qiang", "Chen"), d = named("Jack", "Chen");
  c.email = "qchen@x.example";
  EXPECT_EQ(compared(c, d).hint_first, Hint::Other);
}

TEST(Compare, AlternatesAreAllLookedAt) {
  Fields now = named("Kaitlyn", "Kelly"), before = named("Kaitlyn", "Rees");
  const Book book({{{"crm", "1"}, {now, before}}, {{"books", "1"}, {named("Kaitlyn", "Rees")}}});
  EXPECT_EQ(compare(book, book[0], book[1]).family, Family::Same);
}

TEST(Compare, ItIsTheSameFromBothSides) {
  Fields a = named("Bill", "Riede-Wright"), b = named("William", "Wright");
  a.email = "bw@x.example", b.email = "bill.wright@y.example";
  a.date_of_birth = "1981-12-15", b.phone = "0412 704 937";
  const Comparison x = compared(a, b), y = compared(b, a);
  EXPECT_EQ(x.given, y.given);
  EXPECT_EQ(x.family, y.family);
  EXPECT_EQ(x.mail, y.mail);
  EXPECT_EQ(x.hint_first, y.hint_first);
  EXPECT_EQ(x.hint_second, y.hint_second);
  EXPECT_FLOAT_EQ(x.strangers, y.strangers);
}

}  // namespace
}  // namespace linchpin::matching
