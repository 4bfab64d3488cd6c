#include "mapping/path.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace linchpin::mapping {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }
const Json contact =
    json(R"({"Name":"J","Phones":[{"PhoneType":"DEFAULT","PhoneNumber":"1"},{"PhoneType":"MOBILE","PhoneNumber":"2"},
  {"PhoneType":"MOBILE","PhoneNumber":"3"}],"Addresses":[],"a.b":5,"Balances":{"AR":{"Outstanding":1.5}},"N":null,"名":"x"})");

std::string at(std::string_view path) {
  const auto parsed = parse_path(path);
  if (!parsed) return "refused";
  const auto value = read(*parsed, contact);
  return value ? canonical(*value) : "absent";
}
std::string written(std::string_view path, const Json& record, const Json& value) {
  const auto out = write(parse_path(path).value(), record, value);
  return out ? canonical(*out) : std::string(code_text(out.error().code));
}

TEST(Path, ReadsWhatIsThereAndTellsNullFromAbsent) {
  EXPECT_EQ(at("Name"), "\"J\"");
  EXPECT_EQ(at("Balances.AR.Outstanding"), "1.5");
  EXPECT_EQ(at("Phones[1].PhoneNumber"), "\"2\"");
  EXPECT_EQ(at("Phones[PhoneType=MOBILE].PhoneNumber"), "\"2\"");
  EXPECT_EQ(at("Phones[].PhoneNumber"), R"(["1","2","3"])");
  EXPECT_EQ(at("\"a.b\""), "5");
  EXPECT_EQ(at("名"), "\"x\"");
  EXPECT_EQ(at("N"), "null");
  EXPECT_EQ(at("N.x"), "absent");
  EXPECT_EQ(at("a.b"), "absent");
  EXPECT_EQ(at("Addresses[0]"), "absent");
  EXPECT_EQ(at("Phones[PhoneType=FAX]"), "absent");
}

TEST(Path, RefusesWhatItDoesNotUnderstandWithThePosition) {
  for (const char* broken : {"", ".", "a..b", "a[", "a[-1]", "a[x]", "a]", "\"a", "a[=x]", "a b[", "a.\"b\"c"})
    EXPECT_EQ(at(broken), "refused") << broken;
  EXPECT_NE(parse_path("a..b").error().what.find("character 3"), std::string::npos);
}

TEST(Path, WritesWhatIsMissingAndKeepsTheRest) {
  EXPECT_EQ(written("Name", json("{}"), Json("K")), R"({"Name":"K"})");
  EXPECT_EQ(written("a.b.c", Json(), Json(1)), R"({"a":{"b":{"c":1}}})");
  EXPECT_EQ(written("Phones[PhoneType=FAX].PhoneNumber", json(R"({"Phones":[{"PhoneType":"DDI"}]})"), Json("9")),
            R"({"Phones":[{"PhoneType":"DDI"},{"PhoneNumber":"9","PhoneType":"FAX"}]})");
  EXPECT_EQ(written("Phones[PhoneType=DDI].PhoneNumber",
                    json(R"({"Phones":[{"PhoneType":"DDI","x":1},{"PhoneType":"DDI"}]})"), Json("9")),
            R"({"Phones":[{"PhoneNumber":"9","PhoneType":"DDI","x":1},{"PhoneType":"DDI"}]})");
  EXPECT_EQ(written("Tags[]", json(R"({"Tags":["a"]})"), json(R"(["b","c"])")), R"({"Tags":["b","c"]})");
  EXPECT_EQ(written("Groups[0].Name", Json(), Json("g")), R"({"Groups":[{"Name":"g"}]})");
}

TEST(Path, DoesNotWriteOverSomethingOfAnotherKind) {
  EXPECT_EQ(written("Name.first", json(R"({"Name":"J"})"), Json("K")), "mismatch");
  EXPECT_EQ(written("Phones[0]", json(R"({"Phones":"none"})"), Json("K")), "mismatch");
}

TEST(Path, SaysItselfAsItIsWritten) {
  for (const char* path : {"FirstName", "properties.email", "ContactGroups[0].Name",
                           "Phones[PhoneType=MOBILE].PhoneNumber", "Tags[]", "properties.\"hs.x\""}) {
    EXPECT_EQ(to_text(parse_path(path).value()), path);
    EXPECT_EQ(parse_path(to_text(parse_path(path).value())).value(), parse_path(path).value());
  }
  EXPECT_EQ(top_key(parse_path("Phones[PhoneType=MOBILE]").value()), "Phones");
}

RC_GTEST_PROP(Path, WhatIsWrittenIsRead, (const std::vector<std::string>& names, int value)) {
  Path path;
  for (const std::string& name : names) path.steps.emplace_back(Path::Key{name});
  RC_PRE(!path.steps.empty());
  RC_ASSERT(read(path, write(path, Json(), Json(value)).value()).value() == Json(value));
}

}  // namespace
}  // namespace linchpin::mapping
