// The conventions of each kind of transform, by the cases that would hurt a firm most.
#include <gtest/gtest.h>

#include "mapping/transform.hpp"

namespace linchpin::mapping {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }
std::string run(std::string_view kind, std::string_view input, std::string_view options = "{}") {
  const auto out = run_transform(kind, json(input), json(options));
  return out ? canonical(*out) : std::string(code_text(out.error().code));
}

TEST(Phone, NeverLosesAnExtensionAndNeverGuessesARegion) {
  EXPECT_EQ(run("phone.normalise", R"("02 9123 4567 x12")", R"({"region":"AU"})"), R"("+61291234567;ext=12")");
  EXPECT_EQ(run("phone.normalise", R"("0412 345 678")"), "needs_region");
  EXPECT_EQ(run("phone.normalise", R"("unknown")"), "invalid");
  EXPECT_EQ(run("phone.normalise", "412345678", R"({"region":"AU"})"), R"("+61412345678")");
  EXPECT_EQ(run("phone.format", R"("+61291234567;ext=12")", R"({"style":"rfc3966"})"),
            R"("tel:+61-2-9123-4567;ext=12")");
}

TEST(Date, OrderAndCenturyAreDeclaredOrRefused) {
  EXPECT_EQ(run("date.parse", R"("13/04/2025")"), "ambiguous");
  EXPECT_EQ(run("date.parse", R"("13/04/2025")", R"({"order":"dmy"})"), R"("2025-04-13")");
  EXPECT_EQ(run("date.parse", R"("04/13/2025")", R"({"order":"mdy"})"), R"("2025-04-13")");
  EXPECT_EQ(run("date.parse", R"("01/02/68")", R"({"order":"dmy"})"), "ambiguous");
  EXPECT_EQ(run("date.parse", R"("01/02/69")", R"({"order":"dmy","pivot":68})"), R"("1969-02-01")");
  EXPECT_EQ(run("date.parse", R"("Thu, 3rd April 2025")"), R"("2025-04-03")");
  EXPECT_EQ(run("date.parse", R"("Fri, 3 April 2025")"), "mismatch");
  EXPECT_EQ(run("date.parse", R"("29/02/1900")", R"({"order":"dmy"})"), "invalid");
  EXPECT_EQ(run("date.parse", R"("2025-04-03T10:00:00")"), "lossy");
  EXPECT_EQ(run("date.parse", R"("60")", R"({"format":"excel"})"), "invalid");
  EXPECT_EQ(run("date.parse", R"("59")", R"({"format":"excel"})"), R"("1900-02-28")");
}

TEST(Time, AnHourThatHappensTwiceOrNeverIsRefusedUnlessDeclared) {
  constexpr const char* sydney = R"({"zone":"Australia/Sydney"})";
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-06T02:30:00")", sydney), "ambiguous");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-10-05T02:30:00")", sydney), "nonexistent");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-10-05T02:30:00")", R"({"zone":"Australia/Sydney","gap":"earlier"})"),
            R"("2025-10-04T15:30:00Z")");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03")", sydney), "needs_time");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03")", R"({"zone":"Australia/Sydney","at":"09:00"})"),
            R"("2025-04-02T22:00:00Z")");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03T10:00:00")", R"({"zone":"AEST"})"), "unknown_zone");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03T10:00:00.1200Z")"), R"("2025-04-03T10:00:00.12Z")");
}

TEST(Time, KeepsTheZonesRuleBehindTheLastListedYear) {
  EXPECT_EQ(run("datetime.to_utc", R"("2045-01-15T09:00:00")", R"({"zone":"Australia/Sydney"})"),
            R"("2045-01-14T22:00:00Z")");
  EXPECT_EQ(run("datetime.to_utc", R"("2045-04-02T02:30:00")", R"({"zone":"Australia/Sydney"})"), "ambiguous");
  EXPECT_EQ(run("datetime.to_utc", R"("2045-10-01T02:30:00")", R"({"zone":"Australia/Sydney"})"), "nonexistent");
  EXPECT_EQ(run("datetime.to_local", R"("2060-07-05T15:30:00Z")", R"({"zone":"America/New_York"})"),
            R"("2060-07-05T11:30:00-04:00")");
}

TEST(Money, IsExactAndLosesNoDecimalUnasked) {
  EXPECT_EQ(run("money", "12345678901234567890.12", R"({"currency":"AUD"})"),
            R"({"amount":"12345678901234567890.12","currency":"AUD"})");
  EXPECT_EQ(run("money", R"("1.005")", R"({"currency":"AUD"})"), "lossy");
  EXPECT_EQ(run("money", R"("1.005")", R"({"currency":"AUD","round":"half_even"})"),
            R"({"amount":"1.00","currency":"AUD"})");
  EXPECT_EQ(run("money", R"("1,234")", R"({"currency":"AUD"})"), "ambiguous");
  EXPECT_EQ(run("money", "\"(1,234.56)\"", R"({"currency":"AUD"})"), R"({"amount":"-1234.56","currency":"AUD"})");
  EXPECT_EQ(run("money", R"("€10")", R"({"currency":"AUD"})"), "mismatch");
  EXPECT_EQ(run("money", R"("$10")"), "needs_currency");
  EXPECT_EQ(run("money", R"("12.34")", R"({"currency":"AUD","unit":"minor_out"})"), "1234");
}

TEST(Number, RefusesWhatDoesNotFit) {
  EXPECT_EQ(run("number", R"("007")", R"({"type":"integer"})"), "7");
  EXPECT_EQ(run("number", "7.5", R"({"type":"integer"})"), "lossy");
  EXPECT_EQ(run("number", "9223372036854775808", R"({"type":"integer"})"), "out_of_range");
  EXPECT_EQ(run("number", "1e-7", R"({"type":"decimal"})"), R"("0.0000001")");
}

TEST(Country, ANearNameIsRefusedAndASharedOneIsAmbiguous) {
  for (const char* name : {R"("Australia")", R"("aus")", R"("036")", "36", R"("澳大利亚")"})
    EXPECT_EQ(run("country", name), R"("AU")") << name;
  EXPECT_EQ(run("country", R"("Autralia")"), "invalid");
  EXPECT_EQ(run("country", R"("Korea")"), "ambiguous");
  EXPECT_EQ(run("country", R"("UK")"), R"("GB")");
  EXPECT_EQ(run("country", R"("Burma")"), R"("MM")");
  EXPECT_EQ(run("country", R"("AN")"), "invalid");
  EXPECT_EQ(run("country", "false"), "invalid");
  EXPECT_EQ(run("address.au", "800", R"({"what":"postcode"})"), R"("0800")");
  EXPECT_EQ(run("address.au", R"("n.s.w.")", R"({"what":"state"})"), R"("NSW")");
}

TEST(Country, ASlipInAnEnglishNameIsNotReadAsAnothersNameInSomeLanguage) {
  for (const char* slip : {"samibia", "guina", "liba", "nigeris", "ugana", "eman", "neru", "pahama", "angila", "tailan",
                           "Nigera", "giana", "jaman", "oland", "Chnie", "Irka"})
    EXPECT_TRUE(run("country", canonical(Json(slip))) == "ambiguous" ||
                run("country", canonical(Json(slip))) == "invalid")
        << slip << " is " << run("country", canonical(Json(slip)));
  EXPECT_EQ(run("country", R"("Nigera")"), "ambiguous");
  const std::pair<const char*, const char*> names[] = {
      {"Deutschland", "DE"}, {"Österreich", "AT"}, {"España", "ES"}, {"Espana", "ES"},    {"Schweiz", "CH"},
      {"Brasil", "BR"},      {"Irlanda", "IE"},    {"Island", "IS"}, {"Nigēra", "NE"},    {"Chine", "CN"},
      {"Irak", "IQ"},        {"Sambia", "ZM"},     {"Italia", "IT"}, {"Nederland", "NL"}, {"Niger", "NE"}};
  for (const auto& [name, code] : names)
    EXPECT_EQ(run("country", canonical(Json(name))), canonical(Json(code))) << name;
}

TEST(Name, TwoPeopleAndOrganisationsAreNoPerson) {
  EXPECT_EQ(run("name.split", R"("Mr & Mrs Smith")"), "two_people");
  EXPECT_EQ(run("name.split", R"("John Smith and Jane Doe")"), "two_people");
  EXPECT_EQ(run("name.split", R"("Smith & Sons Pty Ltd")"), "not_a_person");
  EXPECT_EQ(run("name.split", R"("john@example.com")"), "invalid");
}

TEST(Name, KeepsAFamilyNamesParticles) {
  EXPECT_EQ(run("name.split", R"("Dr. Anna van der Berg Jr.")"),
            R"({"family":"van der Berg","given":"Anna","suffix":"Jr.","title":"Dr."})");
  EXPECT_EQ(run("name.split", R"("Van Morrison")"),
            R"({"family":"Morrison","given":"Van","suffix":null,"title":null})");
  EXPECT_EQ(run("name.split", R"("O'Brien, Mary-Jane")"),
            R"({"family":"O'Brien","given":"Mary-Jane","suffix":null,"title":null})");
  EXPECT_EQ(run("name.split", R"("山田太郎")", R"({"locale":"ja"})"), "ambiguous");
  EXPECT_EQ(run("name.join", R"({"given":"伟","family":"王"})", R"({"locale":"zh"})"), R"("王伟")");
}

// "given|family", with the title and the suffix around them.
std::string split(const std::string& name, std::string_view options = "{}") {
  const auto out = run_transform("name.split", Json(name), json(options));
  if (!out) return std::string(code_text(out.error().code));
  const auto part = [&](const char* of, std::string_view before, std::string_view behind) {
    return (*out)[of].is_null() ? "" : std::string(before) + (*out)[of].text() + std::string(behind);
  };
  return part("title", "", " ") + part("given", "", "") + "|" + part("family", "", "") + part("suffix", " ", "");
}

TEST(Name, TwoPeopleAreRefusedHoweverTheyAreJoined) {
  for (const char* name : {"John Smith/Jane Smith", "John/Jane Smith", "John Smith; Jane Smith", "John ＆ Jane Smith",
                           "John Smith or Jane Doe", "JOHN SMITH OR JANE DOE", "John+Jane Smith", "Mr Smith Mrs Smith",
                           "Mr John Smith, Mrs Jane Smith", "Dr. Smith Miss Jones"}) {
    EXPECT_EQ(split(name), "two_people") << name;
  }
  EXPECT_EQ(split("Shai Or Cohen"), "Shai Or|Cohen");
  EXPECT_EQ(split("SHAI OR COHEN"), "SHAI OR|COHEN");
  EXPECT_EQ(split("Muthu a/l Rajan"), "Muthu a/l|Rajan");
  EXPECT_EQ(split("Smith, Mr John"), "Mr John|Smith");
  EXPECT_EQ(split("Prof. Dr. Anna Lee"), "Prof. Dr. Anna|Lee");
  EXPECT_EQ(split("The Hon Dr Anna Lee"), "The Hon Dr Anna|Lee");
  EXPECT_EQ(split("Mary Miss"), "Mary|Miss");
  EXPECT_EQ(split("A/Prof Anna Lee"), "A/Prof Anna|Lee");
}

TEST(Name, WhatSomebodyHasLearntIsNoGivenName) {
  for (const char* name :
       {"John Smith, MD", "John Smith, CPA", "John Smith, M.D.", "Smith, MD", "John Smith, MD, CPA", "John Smith CPA"})
    EXPECT_TRUE(split(name) == "ambiguous" || split(name) == "invalid") << name << " " << split(name);
  EXPECT_EQ(split("Smith, M.D."), "M.D.|Smith");
  EXPECT_EQ(split("Smith, Md"), "Md|Smith");
}

TEST(Name, APartAloneIsATextForAFieldOfItsOwn) {
  EXPECT_EQ(run("name.split", R"("Dr Anna van der Berg")", R"({"part":"given"})"), R"("Anna")");
  EXPECT_EQ(run("name.split", R"("Prakash")", R"({"part":"given"})"), "null");
  EXPECT_EQ(run("name.split", R"("Smith Pty Ltd")", R"({"part":"family"})"), "not_a_person");
  EXPECT_EQ(run("name.split", R"("Anna Lee")", R"({"part":"middle"})"), "choice_unknown");
  const auto given = parse_transform("name.split(part: given)", Type::Text);
  ASSERT_TRUE(given) << to_text(given.error());
  EXPECT_FALSE(given->invertible) << "the other parts are not in it";
  EXPECT_EQ(given->in(Json("Dr Anna van der Berg"), {}).value(), Json("Anna"));
  EXPECT_TRUE(parse_transform("name.split", Type::JsonAny));
  EXPECT_FALSE(parse_transform("name.split(part: given)", Type::Address));
}

TEST(Name, WhatIsNoNameAndNoCountIsNone) {
  EXPECT_EQ(split(". Smith, John"), "John|Smith");
  EXPECT_EQ(split("Smith ."), "|Smith");
  EXPECT_EQ(split("Jane Citizen", R"({"family_words":0})"), "choice_unknown");
  EXPECT_EQ(split("Jane Citizen", R"({"family_words":-1})"), "choice_unknown");
  EXPECT_EQ(split("Jane Citizen", R"({"family_words":1})"), "Jane|Citizen");
}

TEST(Name, AParticleBehindATitleIsInsideTheName) {
  EXPECT_EQ(split("Mr de Groot"), "Mr |de Groot");
  EXPECT_EQ(split("Dr van der Berg"), "Dr |van der Berg");
  EXPECT_EQ(split("Ms Di Smith"), "Ms Di|Smith");
  EXPECT_EQ(split("de Groot"), "de|Groot");
}

TEST(Name, OrganisationsAreKnownByWordsThatNobodyIsCalled) {
  for (const char* name : {"Smith P/L", "Smith Ｐ／Ｌ", "Smith Family", "Smith Superfund", "Smith T/A Smith Plumbing",
                           "Jane Smith trading as Cafe", "Smith Nominees", "Smith Investments", "Jones ATF Smith",
                           "Estate of John Smith", "The Estate of John Smith", "University of Sydney",
                           "Body Corporate 1234", "Jane Smith ABN 51824753556", "Bank of Ryde", "Church of Christ"}) {
    EXPECT_EQ(split(name), "not_a_person") << name;
  }
  for (const char* name :
       {"Smith Plumbing Services", "Smith Group", "Smith Partners", "Smith AG", "Smith B.V.", "Smith S.A.",
        "City Council", "Ryde City Council", "Commonwealth Bank", "St Mary's School", "Bob's Plumbing", "Bob’s Tyres"})
    EXPECT_EQ(split(name), "not_a_person") << name;
  EXPECT_EQ(split("Floyd Council"), "Floyd|Council");
  EXPECT_EQ(split("Anna Sa"), "Anna|Sa");
  EXPECT_EQ(split("S.A. Smith"), "S.A.|Smith");
  EXPECT_EQ(split("Anna 's Gravesande"), "Anna 's|Gravesande");
  EXPECT_EQ(split("John Church"), "John|Church");
  EXPECT_EQ(split("Anna Bank"), "Anna|Bank");
  EXPECT_EQ(split("Jane Smith 51824753556"), "invalid");
  EXPECT_EQ(split("N/A"), "invalid");
}

TEST(Name, ParticlesStayWithTheFamilyNameAndSomeGivenNameIsLeft) {
  constexpr const char* two = R"({"family_words":2})";
  EXPECT_EQ(split("Ana García López", two), "Ana|García López");
  EXPECT_EQ(split("Ana de la Cruz López", two), "Ana|de la Cruz López");
  EXPECT_EQ(split("Ana María de Soto", two), "Ana María|de Soto");
  EXPECT_EQ(split("María López de la Cruz", two), "ambiguous");
  EXPECT_EQ(split("Ana García", two), "ambiguous");
  EXPECT_EQ(split("García", two), "|García");
  EXPECT_EQ(split("FNU García López", two), "|García López");
  constexpr const char* first = R"({"order":"family_first"})";
  EXPECT_EQ(split("van der Berg Anna", first), "Anna|van der Berg");
  EXPECT_EQ(split("van den Berg Anna Maria", first), "Anna Maria|van den Berg");
  EXPECT_EQ(split("Citizen Jane", first), "Jane|Citizen");
  EXPECT_EQ(split("García López Ana", R"({"order":"family_first","family_words":2})"), "Ana|García López");
  EXPECT_EQ(split("Ana García", R"({"order":"family_first","family_words":2})"), "ambiguous");
  EXPECT_EQ(split("Le Van Tam", R"({"locale":"vi"})"), "Van Tam|Le");
}

TEST(Name, SuffixesAsTheyAreWrittenInAustraliaAndLocalesInAnyCase) {
  EXPECT_EQ(split("John Smith Jnr"), "John|Smith Jnr");
  EXPECT_EQ(split("John Smith Snr."), "John|Smith Snr.");
  EXPECT_EQ(split("John Smith PHD"), "John|Smith PHD");
  EXPECT_EQ(split("JOHN SMITH ESQ"), "JOHN|SMITH ESQ");
  EXPECT_EQ(split("John Smith, 3rd"), "John|Smith 3rd");
  EXPECT_EQ(split("Jr."), "invalid");
  EXPECT_EQ(split("Mr Jnr"), "invalid");
  EXPECT_EQ(split("山田 太郎", R"({"locale":"JA"})"), "太郎|山田");
  EXPECT_EQ(run("name.join", R"({"given":"伟","family":"王"})", R"({"locale":"ZH_Hans"})"), R"("王伟")");
}

TEST(Text, IsCleanedCutAndFoldedByWholeCharacters) {
  EXPECT_EQ(run("text.clean", R"("\ufeff a\u200bb\u00a0 c ")"), R"("ab c")");
  for (const char* kept : {"\"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F\"", "\"❤\uFE0F\""})
    EXPECT_EQ(run("text.clean", kept), kept) << "at the end, too";
  EXPECT_EQ(run("text.clean", R"("\ufe0f a \ufe0f b \ufe0f")"), R"("a b")");
  EXPECT_EQ(run("text.clean", R"("\ufe0f")"), R"("")");
  EXPECT_EQ(run("text.clean", R"("👨\u200d👩\u200d👧")"), "\"👨\u200d👩\u200d👧\"");
  EXPECT_EQ(run("text.fit", R"("Zoë")", R"({"max":3,"unit":"bytes","over":"cut"})"), R"("Zo")");
  EXPECT_EQ(run("text.fit", R"("Hello")", R"({"max":3})"), "too_long");
  EXPECT_EQ(run("fold", R"("Łukasz Ørsted")"), R"("lukasz orsted")");
}

TEST(Email, KeepsTheLocalPartAndLowersTheDomain) {
  EXPECT_EQ(run("email.normalise", R"("Jane.Citizen@MÜNCHEN.de")"), R"("Jane.Citizen@xn--mnchen-3ya.de")");
  EXPECT_EQ(run("email.normalise", R"("a@b.com; c@d.com")"), "invalid");
  EXPECT_EQ(run("email.key", R"("John.Smith+news@googlemail.com")", R"({"drop_tag":true,"gmail":true})"),
            R"("johnsmith@gmail.com")");
  EXPECT_EQ(run("url.normalise", R"("https://EXAMPLE.com:443/a/../b?q=1 2")"), R"("https://example.com/b?q=1%202")");
  EXPECT_EQ(run("url.normalise", "\"javascript:alert(1)\""), "invalid");
}

TEST(Email, OfTwoAddressesNoneIsDropped) {
  const auto named = [](const std::string& text) {
    const auto out = run_transform("email.normalise", Json(text), json(R"({"display_name":true})"));
    return out ? out->text() : std::string(code_text(out.error().code));
  };
  for (const char* text : {"Jane <jane@x.example>, John <j@x.example>", "Jane <jane@x.example> <j@x.example>",
                           "jane@x.example, John <j@x.example>", "jane@x.example; <j@x.example>",
                           "Jane (jane@x.example) <j@x.example>", "\"Jane\" jane@x.example <j@x.example>"}) {
    EXPECT_EQ(named(text), "invalid") << text;
  }
  for (const char* text : {"Jane <j@x.example>", "\"Jane, <3 @work\" <j@x.example>", "Citizen, Jane <j@x.example>",
                           "J@x.example <j@x.example>", "'j@X.example' <j@x.example>", "Jane @ Work <j@x.example>",
                           "<j@x.example>", "j@x.example"}) {
    EXPECT_EQ(named(text), "j@x.example") << text;
  }
}

TEST(List, AnItemWithTheSeparatorInsideIsNotLostInTheText) {
  EXPECT_EQ(run("list.join", R"(["a","b;c"])", R"({"separator":";","to":"text"})"), "lossy");
  EXPECT_EQ(run("list.join", R"(";a;b")", R"({"separator":";","to":"list"})"), R"(["a","b"])");
}

TEST(List, IsNotWrittenWhereItWouldBeReadAsAnother) {
  EXPECT_EQ(run("list.join", R"(["a;","b"])", R"({"separator":";;"})"), "lossy");
  EXPECT_EQ(run("list.join", R"(["a"," "])", R"({"separator":"; "})"), R"("a;  ")");
  EXPECT_EQ(run("list.join", R"(["a","",null,"b"])"), R"("a;b")");
  EXPECT_EQ(run("list.join", R"([1,2])"), R"("1;2")");
  EXPECT_EQ(run("list.join", "[]"), R"("")");
}

TEST(Time, ATimeWithoutAZoneIsNoInstantAndAnUnknownZoneIsNone) {
  EXPECT_EQ(run("xero.datetime", R"("2015-08-13T10:00:00")", R"({"to":"xero"})"), "needs_zone");
  EXPECT_EQ(run("xero.datetime", R"("2015-08-13T00:00:00")", R"({"to":"xero"})"), R"("/Date(1439424000000+0000)/")");
  EXPECT_EQ(run("xero.datetime", R"("2015-08-13T10:00:00")", R"({"to":"date"})"), "lossy");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03T10:00:00+10:00")", R"({"zone":"Nope/Zone"})"), "unknown_zone");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03 10:00 PM")", R"({"zone":"Australia/Sydney"})"), "invalid");
  EXPECT_EQ(run("datetime.to_utc", R"("2025-04-03 10:00 am")", R"({"zone":"Australia/Sydney"})"), "invalid");
}

TEST(Null, WhatHasNoPlaceForThePathIsNotLeftOut) {
  EXPECT_EQ(run("null.effect", R"({"a":5})", R"({"at":"a.b","null":"clear"})"), "mismatch");
  EXPECT_EQ(run("null.effect", R"({"a":null})", R"({"at":"a.b","null":"clear"})"), R"({"effect":"keep"})");
}

TEST(Values, AreTheSameWhenTheirNormalFormsAre) {
  EXPECT_EQ(run("same.value", R"(["+61412345678","0412 345 678"])", R"({"type":"phone","region":"AU"})"), "true");
  EXPECT_EQ(run("same.value", R"(["e\u0301","é"])", R"({"type":"text"})"), "true");
  EXPECT_EQ(run("same.value", R"(["2025-01-01T00:00:00Z","2025-01-01T11:00:00+11:00"])", R"({"type":"datetime"})"),
            "true");
  EXPECT_EQ(run("same.value", R"(["a ","a"])", R"({"type":"text"})"), "false");
}

TEST(Options, AMappingIsRefusedForOneThatTheTransformDoesNotHave) {
  const auto code = [](std::string_view as, Type type) {
    const auto parsed = parse_transform(as, type);
    return parsed ? std::string("fine") : std::string(code_text(parsed.error().code));
  };
  EXPECT_EQ(code("phone.normalise(regoin: NZ)", Type::Phone), "key_unknown");
  EXPECT_EQ(code("phone.join(number: N, region: NZ)", Type::Phone), "key_unknown");
  EXPECT_EQ(code("country(to: alpha3)", Type::Country), "choice_unknown");
  EXPECT_EQ(code("datetime.to_date(date_at: midnight)", Type::Date), "choice_unknown");
  EXPECT_EQ(code("money(currency: AUD, unit: cents)", Type::Money), "choice_unknown");
  EXPECT_EQ(code("text.fit(over: cut)", Type::Text), "key_required");
  EXPECT_EQ(code("phone.join(country: C)", Type::Phone), "key_required");
  EXPECT_EQ(code("date.parse(pivot: soon)", Type::Date), "choice_unknown");
  EXPECT_EQ(code("datetime.to_utc(zone: Nope/Zone)", Type::Datetime), "choice_unknown");
  EXPECT_EQ(code("datetime.to_utc(zone: Australia/Sydney, at: 09:00)", Type::Datetime), "fine");
  EXPECT_EQ(code("datetime.to_utc(at: nine)", Type::Datetime), "choice_unknown");
  EXPECT_EQ(code("phone.normalise(region: XX)", Type::Phone), "choice_unknown");
  EXPECT_EQ(code("phone.normalise(region: nz)", Type::Phone), "fine");
  EXPECT_EQ(code("phone.join(number: N, country: N)", Type::Phone), "name_duplicate");
  EXPECT_EQ(code("money(currency: aus)", Type::Money), "choice_unknown");
  EXPECT_EQ(code("money(currency: aud)", Type::Money), "fine");
  EXPECT_EQ(code("number(decimal: \",\", group: \",\")", Type::Decimal), "choice_unknown");
  EXPECT_EQ(code("number(type: integer)", Type::Decimal), "type_wrong");
  EXPECT_EQ(code("name.split(locale: xx)", Type::JsonAny), "choice_unknown");
  EXPECT_EQ(code("name.split(family_words: none)", Type::JsonAny), "choice_unknown");
  EXPECT_EQ(code("text.case(to: upper, locale: TR)", Type::Text), "fine");
  EXPECT_EQ(code("list.join(separator: \"\")", Type::ListOf), "choice_unknown");
  EXPECT_EQ(code("enum.table(audit: A;B, list: \";\")", Type::Enum), "choice_unknown");
  EXPECT_EQ(code("enum.table(audit: A, list: \"\")", Type::Enum), "choice_unknown");
  EXPECT_EQ(code("enum.table(direction: LEFT, table: ROUND)", Type::Enum), "fine");
  EXPECT_EQ(code("ref(number)", Type::Ref), "key_unknown");
  EXPECT_EQ(parse_transform("fold(locale: tr)", Type::Text).error().fix, "It takes none");
}

TEST(Types, AMappingIsRefusedForAFieldThatNoValueOfTheTransformFits) {
  const auto fits = [](std::string_view as, Type type) {
    const auto parsed = parse_transform(as, type);
    if (!parsed) EXPECT_EQ(parsed.error().code, Code::TypeWrong) << as;
    return parsed.has_value();
  };
  for (const auto& [as, type] : {std::pair{"name.split", Type::Text},
                                 {"name.split", Type::Integer},
                                 {"name.join", Type::Text},
                                 {"money(currency: AUD)", Type::Decimal},
                                 {"number", Type::Money},
                                 {"boolean", Type::Text},
                                 {"list.join", Type::Text},
                                 {"text.clean", Type::ListOf},
                                 {"text.clean", Type::Address},
                                 {"text.fit(max: 5)", Type::Integer},
                                 {"text.case(to: upper)", Type::Boolean},
                                 {"datetime.to_date", Type::Datetime},
                                 {"xero.datetime(to: datetime)", Type::Date},
                                 {"datetime.to_utc", Type::Date},
                                 {"date.parse", Type::Phone},
                                 {"country", Type::Date},
                                 {"email.normalise", Type::Boolean},
                                 {"enum.table(a: A)", Type::ListOf},
                                 {"enum.table(a: A, list: \";\")", Type::Enum},
                                 {"ref(id)", Type::Text}})
    EXPECT_FALSE(fits(as, type)) << as << " " << to_text(type);
  for (const auto& [as, type] : {std::pair{"text.clean", Type::Date},
                                 {"text.clean", Type::Note},
                                 {"text.clean", Type::Money},
                                 {"fold", Type::Enum},
                                 {"email.key", Type::Email},
                                 {"phone.normalise", Type::Text},
                                 {"datetime.to_utc", Type::Text},
                                 {"xero.datetime", Type::Date},
                                 {"number", Type::Text},
                                 {"enum.table(AU: Oz)", Type::Country},
                                 {"enum.table(true: Y, false: N)", Type::Boolean},
                                 {"enum.table(a: A, list: \";\")", Type::ListOf},
                                 {"address.au(what: postcode)", Type::Integer},
                                 {"name.split", Type::JsonAny}})
    EXPECT_TRUE(fits(as, type)) << as << " " << to_text(type);
}

TEST(Kinds, AnUnknownOneIsNotFound) { EXPECT_EQ(run("phone.guess", "1"), "not_found"); }

TEST(Time, AnOffsetThatNoZoneHasIsNone) {
  EXPECT_EQ(run("xero.datetime", R"("/Date(1419937200000+9900)/")"), "invalid");
  EXPECT_EQ(run("xero.datetime", R"("/Date(1419937200000+1400)/")"), R"("2014-12-30T11:00:00Z")");
}

TEST(RoundTrip, TheWordsNameTheTransformThatTheySay) {
  struct Case {
    std::string_view as, value, options;
  };
  constexpr Case same[] = {
      {"phone international", R"("+61412345678")", ""},
      {"phone national", R"("+61412345678")", R"("region":"AU",)"},
      {"excel date", R"("2025-04-03")", ""},
      {"local time", R"("2025-04-05T15:30:00Z")", R"("zone":"Australia/Sydney",)"},
      {"cents", R"({"amount":"12.34","currency":"AUD"})", ""},
      {"boolean text", "false", ""},
      {"boolean 1/0", "true", ""},
      {"email text", R"("jane@mail.example")", ""},
      {"integer text", "9007199254740993", ""},
      {"joined text", R"(["audit","tax"])", ""},
      {"state", R"("NSW")", ""},
      {"address parts", R"({"country":null,"postcode":null,"state":null,"street":"1 A St","suburb":null})", ""}};
  for (const auto& [as, value, options] : same)
    EXPECT_EQ(run("roundtrip", value, "{" + std::string(options) + R"("as":")" + std::string(as) + R"("})"), value)
        << as;
  EXPECT_EQ(run("roundtrip", R"("+61412345678")", R"({"as":"phone national"})"), "needs_region");
  EXPECT_EQ(run("roundtrip", R"("Jane")", R"({"as":"nonsense"})"), "choice_unknown");
}

TEST(RoundTrip, ANameThatComesBackAsSomebodyElseIsNotTheSame) {
  EXPECT_EQ(run("roundtrip", R"({"given":"Mary","family":"Smith Jones"})", R"({"as":"name"})"), "lossy");
  EXPECT_EQ(run("roundtrip", R"({"given":"Anna","family":"van der Berg"})", R"({"as":"full name"})"),
            R"({"family":"van der Berg","given":"Anna","suffix":null,"title":null})");
}

}  // namespace
}  // namespace linchpin::mapping
