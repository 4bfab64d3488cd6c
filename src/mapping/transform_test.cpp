#include "mapping/transform.hpp"

#include <gtest/gtest.h>

#include "mapping/kind.hpp"
#include "mapping/normal.hpp"

namespace linchpin::mapping {
namespace {

const Context australian{.type = Type::Text, .region = "AU", .zone = "Australia/Sydney", .enum_values = {}};

Json json(std::string_view text) { return parse_json(text).value(); }
std::string outcome(const Result<Json>& result) {
  return result ? canonical(*result) : std::string(code_text(result.error().code));
}
std::string in(std::string_view as, Type type, const Json& value) {
  return outcome(parse_transform(as, type).value().in(value, australian));
}
std::string out(std::string_view as, Type type, const Json& value) {
  return outcome(parse_transform(as, type).value().out(value, australian));
}

constexpr const char* parts = "phone.join(country: C, area: A, number: N)";

TEST(PhoneJoin, TakesWhateverAnOrganisationHolds) {
  for (const char* held : {R"({"C":"61","A":"","N":"412 345 678"})", R"({"C":"61","A":"","N":"0412345678"})",
                           R"({"C":"","A":"","N":"0412 345 678"})", R"({"C":"+61","A":"0412","N":"345678"})",
                           R"({"C":"61","A":"412","N":"345 678"})", R"({"C":null,"A":null,"N":"+61 412 345 678"})",
                           R"({"C":"0061","A":"","N":"412345678"})", R"({"C":"61","A":"04","N":"12345678"})",
                           R"({"C":"61","A":"","N":"61412345678"})", R"({"C":"61","A":"0412","N":"0412 345 678"})"}) {
    EXPECT_EQ(in(parts, Type::Phone, json(held)), "\"+61412345678\"") << held;
  }
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"61","A":"02","N":"9123 4567 ext 12"})")), "\"+61291234567;ext=12\"");
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"64","A":"21","N":"123 4567"})")), "\"+64211234567\"");
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"","A":"","N":""})")), "null");
}

TEST(PhoneJoin, RefusesPartsThatContradictEachOther) {
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"64","A":"","N":"+61 412 345 678"})")), "mismatch");
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"61","A":"03","N":"+61 2 9123 4567"})")), "mismatch");
  EXPECT_EQ(in(parts, Type::Phone, json(R"({"C":"61","A":"","N":"12"})")), "invalid");
}

TEST(PhoneJoin, WithoutACountryItSendsNumbersOfItsRegionAlone) {
  constexpr const char* local = "phone.join(area: A, number: N)";
  EXPECT_EQ(out(local, Type::Phone, Json("+61291234567")), R"({"A":"2","N":"91234567"})");
  EXPECT_EQ(out(local, Type::Phone, Json("+61412345678")), R"({"A":"","N":"412345678"})");
  EXPECT_EQ(out(local, Type::Phone, Json("+64211234567")), "lossy");
  EXPECT_EQ(out(local, Type::Phone, Json()), R"({"A":null,"N":null})");
  EXPECT_EQ(outcome(parse_transform(local, Type::Phone).value().out(Json("+61412345678"), {Type::Phone, "", "", {}})),
            "lossy");
}

TEST(PhoneJoin, SendsOnlyWhatIsInTheHubsForm) {
  const auto sent = parse_transform(parts, Type::Phone).value().out(Json("0491570110"), australian);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().what, "the number is not in the hub's form, which begins with + and the country code");
  EXPECT_EQ(out(parts, Type::Phone, Json("+61491570110")), R"({"A":"","C":"61","N":"491570110"})");
}

TEST(PhoneFormat, ANumberOfAnotherCountryKeepsItsCountry) {
  constexpr const char* national = "phone.format(style: national)";
  EXPECT_EQ(out(national, Type::Phone, Json("+61412345678")), "\"0412 345 678\"");
  for (const char* number : {"+64211234567", "+16502530000", "+442079460958", "+61412345678", "+61291234567;ext=12",
                             "+611300123456", "+390612345678", "+5491123456789"}) {
    const auto written = parse_transform(national, Type::Phone).value().out(Json(number), australian);
    ASSERT_TRUE(written) << number;
    EXPECT_EQ(in(national, Type::Phone, *written), canonical(Json(number))) << written->text();
  }
  EXPECT_EQ(out("phone.format(style: national, region: NZ)", Type::Phone, Json("+64211234567")), "\"021 123 4567\"");
}

TEST(Numbers, AreWrittenWithTheSignThatIsDeclared) {
  EXPECT_EQ(out("number(decimal: \",\")", Type::Decimal, Json("-1234.5")), "\"-1234,5\"");
  EXPECT_EQ(out("number", Type::Decimal, Json("1234.5")), "1234.5");
  EXPECT_EQ(out("money(decimal: \",\")", Type::Money, json(R"({"amount":"1.234","currency":"KWD"})")),
            R"({"amount":"1,234","currency":"KWD"})");
  EXPECT_EQ(out("money(currency: eur, decimal: \",\")", Type::Money, json(R"({"amount":"1.50","currency":"EUR"})")),
            "\"1,50\"");
}

TEST(Money, CentsOfAnotherCurrencyAreNotWritten) {
  constexpr const char* cents = "money(currency: AUD, unit: minor_out)";
  EXPECT_EQ(out(cents, Type::Money, json(R"({"amount":"12.34","currency":"AUD"})")), "1234");
  EXPECT_EQ(out(cents, Type::Money, json(R"({"amount":"1234","currency":"JPY"})")), "mismatch");
  EXPECT_TRUE(parse_transform(cents, Type::Money).value().invertible);
  EXPECT_FALSE(parse_transform("money(unit: minor_out)", Type::Money).value().invertible);
}

TEST(Numbers, WhatIsNoneIsNotWrittenAsOne) {
  for (const char* text : {"abc", "1, \"admin\": true", "007", " 1", "", "true"}) {
    EXPECT_EQ(out("number", Type::Text, Json(text)), "invalid") << text;
  }
  EXPECT_EQ(out("number", Type::Text, Json("-0.5")), "-0.5");
}

TEST(Excel, ADateIsWrittenAsItsDayNumber) {
  constexpr const char* excel = "date.parse(format: excel)";
  EXPECT_EQ(out(excel, Type::Date, Json("2025-04-03")), "45750");
  EXPECT_EQ(out(excel, Type::Date, Json("1900-01-01")), "1");
  EXPECT_EQ(out(excel, Type::Date, Json("1900-02-28")), "59");
  EXPECT_EQ(out(excel, Type::Date, Json("1900-03-01")), "61");
  EXPECT_EQ(out(excel, Type::Date, Json("1899-12-31")), "out_of_range");
  EXPECT_EQ(out(excel, Type::Date, Json()), "null");
}

TEST(EnumTable, GoesBothWaysOnlyWhenItIsOneToOne) {
  const auto table = parse_transform("enum.table(client: ACTIVE, former: ARCHIVED, lead: ACTIVE)", Type::Enum).value();
  EXPECT_FALSE(table.invertible);
  EXPECT_EQ(outcome(table.out(Json("lead"), australian)), "\"ACTIVE\"");
  EXPECT_EQ(outcome(table.in(Json("ARCHIVED"), australian)), "\"former\"");
  EXPECT_EQ(outcome(table.in(Json("ACTIVE"), australian)), "not_invertible");
  EXPECT_TRUE(parse_transform("enum.table(client: customer, lead: lead)", Type::Enum).value().invertible);
  const auto rest = parse_transform("enum.table(client: customer, *: other)", Type::Enum).value();
  EXPECT_FALSE(rest.invertible);
  EXPECT_EQ(outcome(rest.out(Json("lead"), australian)), "\"other\"");
  EXPECT_EQ(outcome(rest.in(Json("partner"), australian)), "unmapped");
}

TEST(Boolean, KnowsASystemsOwnWords) {
  EXPECT_EQ(in("boolean(true: \"true\", false: \"false\")", Type::Boolean, Json("true")), "true");
  EXPECT_EQ(out("boolean(true: \"true\", false: \"false\")", Type::Boolean, Json(false)), "\"false\"");
  EXPECT_EQ(in("boolean(true: Ja, false: Nein)", Type::Boolean, Json("Nein")), "false");
  EXPECT_FALSE(parse_transform("boolean(true: Y)", Type::Boolean));
}

TEST(VendorDates, GoOutAndComeBack) {
  EXPECT_EQ(in("xero.datetime", Type::Datetime, Json("/Date(1419937200000+1300)/")), "\"2014-12-30T11:00:00Z\"");
  EXPECT_EQ(out("xero.datetime", Type::Date, Json("2015-08-13")), "\"/Date(1439424000000+0000)/\"");
  EXPECT_EQ(in("xero.datetime", Type::Date, Json("2015-08-13T00:00:00")), "\"2015-08-13\"");
  EXPECT_EQ(in("xero.datetime", Type::Date, Json("Thursday, 3 April 2025")), "invalid");
  EXPECT_EQ(in("hubspot.datetime", Type::Datetime, Json("2026-11-24T01:02:03.456Z")), "\"2026-11-24T01:02:03.456Z\"");
  EXPECT_EQ(in("hubspot.datetime", Type::Date, Json("1430438400000")), "\"2015-05-01\"");
  EXPECT_EQ(out("hubspot.datetime(to: epoch)", Type::Date, Json("2015-05-01")), "\"1430438400000\"");
}

TEST(Transform, WhatIsReadIsOfTheFieldsTypeOrRefused) {
  EXPECT_EQ(in("text.clean", Type::Date, Json("Not a date")), "invalid");
  EXPECT_EQ(in("text.clean", Type::Date, Json(" 3 April 2025 ")), "\"2025-04-03\"");
  EXPECT_EQ(in("text.clean", Type::Boolean, Json("perhaps")), "invalid");
  EXPECT_EQ(in("text.clean", Type::Integer, Json(" 7")), "7");
  EXPECT_EQ(in("text.clean", Type::Integer, Json(" ")), "null");
  EXPECT_EQ(in("text.exact", Type::Note, Json(" ")), "\" \"");
  EXPECT_EQ(in("number(type: integer)", Type::Text, Json("007")), "\"7\"");
  EXPECT_EQ(in("enum.table(true: Y, false: N)", Type::Boolean, Json("Y")), "true");
  EXPECT_EQ(in("enum.table(soon: S)", Type::Date, Json("S")), "invalid");
}

// Whatever a system sends, and whatever kind is declared for it.
TEST(Transform, NoKindGivesAFieldWhatIsNotOfItsType) {
  const Json sent = json(
      R"(["Jane Citizen","Dr Anna van der Berg","1,234,567.10","7","0412 345 678","+61 2 9123 4567 ext 12","yes","perhaps",
      "Jane@Mail.Example","https://example.com/b","3 April 2025","2025-04-03","2025-04-03T10:00:00Z","New South Wales",
      "/Date(1419937200000+1300)/","1430438400000","Australia","AU","AUD 12.50","ACTIVE","audit;books","",null,
      7,-1.5,800,45750,1430438400000,true,false,["a","b"],["ACTIVE"],{"id":42},{"given":"Jane","family":"Citizen"},
      {"amount":"1.50","currency":"AUD"},{"street":"1 High St","country":"AU"},{"City":"Ryde","Country":"Australia"},
      {"PhoneCountryCode":"61","PhoneAreaCode":"02","PhoneNumber":"9123 4567"}])");
  std::vector<std::string_view> all = {"=.", "enum.table(true: yes, 7: audit, AU: Australia)",
                                       "enum.table(client: ACTIVE, list: \";\")", "hubspot.datetime(to: datetime)",
                                       "number(type: integer)"};
  for (const Kind& kind : kinds())
    for (const KindForm& form : kind.forms) all.push_back(form.as);
  std::size_t read = 0;
  for (const std::string_view as : all) {
    for (int number = 0; number <= static_cast<int>(Type::JsonAny); ++number) {
      const Type type = static_cast<Type>(number);
      Context context = australian;
      context.type = type;
      const auto transform = parse_transform(as, type);
      if (!transform || !transform->in) continue;
      for (const Json& value : sent.items()) {
        const auto made = transform->in(value, context);
        if (!made || *made == Json("")) continue;
        ++read;
        EXPECT_EQ(outcome(normalise(type, *made, context)), canonical(*made))
            << as << " of " << canonical(value) << " in a field of type " << to_text(type);
      }
    }
  }
  EXPECT_GT(read, 2000U);
}

TEST(Transform, AnUnknownNameSuggestsTheNearest) {
  const auto unknown = parse_transform("phone.joint(number: N)", Type::Phone);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::ChoiceUnknown);
  EXPECT_NE(unknown.error().fix.find("phone.join"), std::string::npos);
  EXPECT_FALSE(parse_transform("ref", Type::Ref));
  EXPECT_EQ(parse_transform("ref(record)", Type::Ref).value().ref_by, "record");
}

TEST(Transform, AnExpressionReadsTheValueAtItsPath) {
  const auto transform =
      parse_transform(R"(=.Phones[] | select(.PhoneType == "DDI") | .PhoneNumber)", Type::Phone).value();
  EXPECT_FALSE(transform.invertible);
  EXPECT_EQ(
      outcome(transform.in(
          json(
              R"({"Phones":[{"PhoneType":"FAX","PhoneNumber":"1"},{"PhoneType":"DDI","PhoneNumber":"02 9123 4567"}]})"),
          australian)),
      "\"+61291234567\"");
  EXPECT_EQ(outcome(transform.in(json(R"({"Phones":[]})"), australian)), "null");
}

TEST(DefaultTransform, NormalisesByTypeAndMakesNullOfBlank) {
  const auto by_type = [](Type type, const Json& value) {
    return outcome(default_transform(type).in(value, australian));
  };
  for (const Type type :
       {Type::Email, Type::Phone, Type::Date, Type::Datetime, Type::Boolean, Type::Integer, Type::Decimal, Type::Money,
        Type::Enum, Type::Country, Type::Address, Type::Url, Type::Ref, Type::GovernmentId}) {
    EXPECT_EQ(by_type(type, Json(" \t")), "null");
    EXPECT_EQ(by_type(type, Json()), "null");
  }
  EXPECT_EQ(by_type(Type::Text, Json("Cafe\u0301")), "\"Café\"");
  EXPECT_EQ(by_type(Type::Datetime, Json("2026-11-24T01:02:03.000+11:00")), "\"2026-11-23T14:02:03Z\"");
  EXPECT_EQ(by_type(Type::Datetime, Json("2026-11-24T01:02:03")), "needs_zone");
  EXPECT_EQ(by_type(Type::Phone, Json("0412 345 678")), "\"+61412345678\"");
  EXPECT_EQ(by_type(Type::Integer, json("12345678901234567890")), "out_of_range");
  EXPECT_EQ(by_type(Type::Text, json("1234567.10")), "\"1234567.10\"");
}

TEST(Transform, WhatWouldNotBeReadAgainIsNotWritten) {
  struct Case {
    const char *as, *value, *refused;
  };
  for (const auto& [as, value, refused] :
       {Case{"address.au(what: postcode)", "0800", "Hello"}, Case{"address.au(what: state)", "NSW", "Hello"},
        Case{"phone.normalise(region: AU)", "+61412345678", "Hello"},
        Case{"email.normalise", "jane@mail.example", "Hello"}, Case{"url.normalise", "https://mail.example/", "Hello"},
        Case{"date.parse(order: dmy)", "2025-04-03", "Hello"},
        Case{"datetime.to_utc(zone: Australia/Sydney)", "2025-04-03T10:00:00Z", "Hello"}}) {
    const auto transform = parse_transform(as, Type::Text);
    ASSERT_TRUE(transform) << as << to_text(transform.error());
    const auto out = transform->out(Json(value), {});
    EXPECT_EQ(out ? *out : Json(to_text(out.error())), Json(value)) << as;
    EXPECT_FALSE(transform->out(Json(refused), {})) << as;
    EXPECT_EQ(transform->out(Json(), {}).value(), Json()) << as;
  }
}

}  // namespace
}  // namespace linchpin::mapping
