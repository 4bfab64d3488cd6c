#include "mapping/mapping.hpp"

#include <gtest/gtest.h>

namespace linchpin::mapping {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }

FieldMapping field(const char* name, const char* at, Type type, const char* as = "",
                   Direction direction = Direction::Both) {
  FieldMapping out;
  out.field = FieldName(name);
  out.at = parse_path(at).value();
  out.as = *as ? parse_transform(as, type).value() : default_transform(type);
  out.context = {.type = type, .region = "AU", .zone = "Australia/Sydney", .enum_values = {}};
  out.direction = direction;
  out.place = {"mappings/xero.contacts.yaml", 14, 9};
  return out;
}

Mapping xero() {
  Mapping out;
  out.name = MappingName("xero.contacts");
  out.where = Expression::parse(".FirstName != null").value();
  out.fields.push_back(field("given_name", "FirstName", Type::Text));
  out.fields.push_back(field("email", "EmailAddress", Type::Email));
  out.fields.push_back(field("full_name", "Name", Type::Text, "", Direction::Out));
  out.fields.push_back(field("phone", "Phones[PhoneType=MOBILE]", Type::Phone,
                             "phone.join(country: PhoneCountryCode, area: PhoneAreaCode, number: PhoneNumber)"));
  out.fields.push_back(field("account_number", "AccountNumber", Type::Text, "", Direction::In));
  return out;
}

TEST(Mapping, ReadsTheFieldsThatTheRecordCarriesAndNoOther) {
  const auto outcome =
      read(xero(), json(R"({"FirstName":"Jane","EmailAddress":"Jane@Example.COM","Phones":[{"PhoneType":"DEFAULT",
    "PhoneNumber":"1"},{"PhoneType":"MOBILE","PhoneCountryCode":"61","PhoneAreaCode":"","PhoneNumber":"0412 345 678"}]})"));
  EXPECT_TRUE(outcome.applies);
  EXPECT_TRUE(outcome.errors.empty());
  EXPECT_EQ(outcome.values.at("given_name").text(), "Jane");
  EXPECT_EQ(outcome.values.at("email").text(), "Jane@example.com");
  EXPECT_EQ(outcome.values.at("phone").text(), "+61412345678");
  EXPECT_FALSE(outcome.values.contains("account_number"));
  EXPECT_FALSE(outcome.values.contains("full_name"));
}

TEST(Mapping, ARecordThatWhereDoesNotNameIsNotTheEntitys) {
  EXPECT_FALSE(read(xero(), json(R"({"FirstName":null,"Name":"Acme Pty Ltd"})")).applies);
}

TEST(Mapping, AValueThatDoesNotFitIsAnErrorOfItsFieldAndTheRestGoesOn) {
  const auto outcome = read(xero(), json(R"({"FirstName":"Jane","EmailAddress":"not an address"})"));
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_EQ(outcome.errors[0].field.text, "email");
  EXPECT_EQ(outcome.errors[0].error.code, Code::ValueInvalid);
  EXPECT_EQ(outcome.errors[0].error.at.line, 14);
  EXPECT_EQ(to_text(outcome.errors[0].error).find("not an address"), std::string::npos);
  EXPECT_EQ(outcome.values.at("given_name").text(), "Jane");
}

TEST(Mapping, AMemberOfAnotherKindThanThePathLeadsThroughIsAnErrorAndNotAbsent) {
  const auto outcome = read(xero(), json(R"({"FirstName":"Jane","Phones":"0412 345 678"})"));
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_EQ(outcome.errors[0].field.text, "phone");
  EXPECT_EQ(outcome.errors[0].error.code, Code::ValueMismatch);
  EXPECT_EQ(outcome.errors[0].error.at.line, 14);
  EXPECT_EQ(outcome.values.at("given_name").text(), "Jane");
  for (const char* nothing : {R"({"FirstName":"Jane","Phones":null})", R"({"FirstName":"Jane","Phones":""})",
                              R"({"FirstName":"Jane","Phones":[7]})", R"({"FirstName":"Jane"})"})
    EXPECT_TRUE(read(xero(), json(nothing)).errors.empty()) << nothing;
}

TEST(Mapping, NullIsAChangeOnlyWhereTheMappingSaysThatItClears) {
  Mapping mapping = xero();
  EXPECT_FALSE(read(mapping, json(R"({"FirstName":"J","EmailAddress":""})")).values.contains("email"));
  mapping.null = NullRule::Clear;
  EXPECT_TRUE(read(mapping, json(R"({"FirstName":"J","EmailAddress":" "})")).values.at("email").is_null());
  EXPECT_FALSE(read(mapping, json(R"({"FirstName":"J"})")).values.contains("email"));
}

TEST(Mapping, WritesOnlyWhatItIsGivenAndKeepsTheListsOtherItems) {
  const Json before =
      json(R"({"Phones":[{"PhoneType":"DEFAULT","PhoneNumber":"93210000"},{"PhoneType":"MOBILE","Note":"keep"}]})");
  const auto outcome = write(xero(), {{"phone", Json("+61412345678")}, {"account_number", Json("A1")}}, before);
  EXPECT_TRUE(outcome.errors.empty());
  EXPECT_EQ(
      canonical(outcome.record),
      R"({"Phones":[{"PhoneNumber":"93210000","PhoneType":"DEFAULT"},{"Note":"keep","PhoneAreaCode":"","PhoneCountryCode":"61",)"
      R"("PhoneNumber":"412345678","PhoneType":"MOBILE"}]})");
}

TEST(Mapping, WhatItWroteItReadsBackAsTheSameValue) {
  for (const char* phone : {"+61412345678", "+61291234567;ext=12", "+6493791234", "+16502530000", "+442079460958"}) {
    const auto written = write(xero(), {{"phone", Json(phone)}, {"given_name", Json("Zoë 🙂")}}, Json());
    ASSERT_TRUE(written.errors.empty());
    const auto back = read(xero(), written.record);
    EXPECT_EQ(back.values.at("phone").text(), phone);
    EXPECT_EQ(back.values.at("given_name").text(), "Zoë 🙂");
  }
}

TEST(Mapping, AClearedPhoneIsWrittenAsNullParts) {
  const auto outcome = write(xero(), {{"phone", Json()}}, Json());
  EXPECT_EQ(canonical(outcome.record),
            R"({"Phones":[{"PhoneAreaCode":null,"PhoneCountryCode":null,"PhoneNumber":null,"PhoneType":"MOBILE"}]})");
}

TEST(Mapping, AnAddressInOtherMembersIsOneValueWhosePartsGoTogether) {
  Mapping mapping;
  mapping.fields.push_back(
      field("address", "properties", Type::Address,
            "address(street: address, suburb: city, state: state, postcode: zip, country: country)"));
  const auto outcome = read(
      mapping,
      json(
          R"({"properties":{"email":"a@b.au","address":"1 High St","city":"Kew","state":"VIC","zip":"3101","country":"Australia"}})"));
  EXPECT_EQ(canonical(outcome.values.at("address")),
            R"({"country":"AU","postcode":"3101","state":"VIC","street":"1 High St","suburb":"Kew"})");
  EXPECT_TRUE(read(mapping, json(R"({"properties":{"email":"a@b.au"}})")).values.empty());
}

TEST(Mapping, TheSuffixOfASecondRecordIsNoPartOfItsName) {
  EXPECT_EQ(without_suffix("Jane Smith (2)"), "Jane Smith");
  EXPECT_EQ(without_suffix("Jane Smith (12)"), "Jane Smith");
  EXPECT_EQ(without_suffix("Jane Smith (1)"), "Jane Smith (1)");
  EXPECT_EQ(without_suffix("Jane Smith (née Lee)"), "Jane Smith (née Lee)");
  EXPECT_EQ(without_suffix("(2)"), "(2)");
}

}  // namespace
}  // namespace linchpin::mapping
