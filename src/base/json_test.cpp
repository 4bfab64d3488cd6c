#include "base/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace linchpin {
namespace {

Json parsed(std::string_view text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json.has_value()) << text;
  return json ? *json : Json();
}
std::string why(std::string_view text, ParseLimits limits = {}) {
  const auto json = parse_json(text, limits);
  return json ? "accepted" : json.error().what;
}
std::string repeated(std::string_view part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

TEST(Json, EveryKindIsReadWithItsContent) {
  const Json json = parsed(R"( {"a": null, "b": [true, false], "c": {"d": "Jané \u00e9\ud83d\ude00\n"}, "e": -12} )");
  EXPECT_TRUE(json["a"].is_null());
  EXPECT_NE(json.find("a"), nullptr);
  EXPECT_EQ(json.find("z"), nullptr);
  EXPECT_TRUE(json["b"][0].boolean());
  EXPECT_FALSE(json["b"][1].boolean());
  EXPECT_EQ(json["c"]["d"].text(), "Jané é😀\n");
  EXPECT_EQ(json["e"].integer(), -12);
}

TEST(Json, ANumberKeepsItsTextBeyondWhatADoubleHolds) {
  for (const char* number : {"123456789012345678901234567890", "1234567.10", "-0", "0.1e-400", "1E+9",
                             "9007199254740993", "18446744073709551616", "1e999"}) {
    EXPECT_EQ(parsed(number).number_text(), number);
    EXPECT_EQ(parsed("[" + std::string(number) + " ]")[0].number_text(), number);
    EXPECT_EQ(parsed("{\"n\":" + std::string(number) + "}")["n"].number_text(), number);
  }
}

TEST(Json, AScalarMayStandAtTheRoot) {
  EXPECT_EQ(parsed(" \"x\" "), Json("x"));
  EXPECT_EQ(parsed("\ttrue\n"), Json(true));
  EXPECT_EQ(parsed("false"), Json(false));
  EXPECT_TRUE(parsed(" null").is_null());
}

TEST(Json, WhatIsNotJsonIsRefused) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1,,2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:2}",
                           "[1}",
                           "{\"a\":1]",
                           "01",
                           "[01]",
                           "[1.]",
                           "[.5]",
                           "[+1]",
                           "[-]",
                           "[1e]",
                           "[1e+]",
                           "[0x10]",
                           "[NaN]",
                           "[Infinity]",
                           "[-Infinity]",
                           "[1.2.3]",
                           "[--1]",
                           "tru",
                           "truee",
                           "[tru]",
                           "[truex]",
                           "[nul]",
                           "[nulll]",
                           "[falsey]",
                           "\"",
                           "\"a",
                           "[\"a]",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "[\"\\u12g4\"]",
                           "[\"a\tb\"]",
                           "[\"a\nb\"]",
                           "// c\n1",
                           "/**/[1]",
                           "[1]//",
                           "\xEF\xBB\xBF[1]",
                           "undefined",
                           "[1] 2",
                           "[1][2]",
                           "{} {}",
                           "1 2",
                           "\"a\" \"b\"",
                           "\"a\"b",
                           "null null",
                           "[1],",
                           "{}}",
                           "[]]",
                           "[\"a\":1]",
                           "{\"a\":1:2}",
                           "[[]",
                           "{\"a\":{}"}) {
    const auto json = parse_json(text);
    EXPECT_FALSE(json.has_value()) << text;
    if (!json) EXPECT_EQ(json.error().code, Code::InvalidJson) << text;
  }
}

TEST(Json, ANullByteEndsNothing) {
  EXPECT_FALSE(parse_json(std::string_view("[1]\0", 4)));
  EXPECT_FALSE(parse_json(std::string_view("[1\0]", 4)));
  EXPECT_FALSE(parse_json(std::string_view("[\"a\0b\"]", 7)));
  EXPECT_EQ(parsed("[\"a\\u0000b\"]")[0].text(), std::string("a\0b", 3));
}

TEST(Json, TextThatIsNotUtf8IsRefused) {
  for (const char* text : {"[\"\xff\"]", "[\"\xc3\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]", "[\"\xf4\x90\x80\x80\"]",
                           "{\"\xe2\x82\":1}", "\"\x80\""}) {
    EXPECT_FALSE(parse_json(text).has_value());
  }
}

TEST(Json, HalfOfASurrogatePairIsRefused) {
  EXPECT_FALSE(parse_json(R"(["\ud83d"])"));
  EXPECT_FALSE(parse_json(R"(["\ude00"])"));
  EXPECT_FALSE(parse_json(R"(["\ud83d\u0041"])"));
}

TEST(Json, ADuplicateKeyIsRefusedAtEveryLevel) {
  EXPECT_TRUE(why(R"({"a":1,"a":1})").starts_with("an object names one key twice"));
  EXPECT_TRUE(why(R"([{"x":{"a":1,"b":2,"a":3}}])").starts_with("an object names one key twice"));
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})")) << "the same key, written otherwise";
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":1}])"));
}

TEST(Json, ADuplicateKeyIsRefusedInALargeObjectToo) {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(why(text + "\"last\":0}"), "accepted");
  EXPECT_TRUE(why(text + "\"k7\":0}").starts_with("an object names one key twice"));
}

TEST(Json, DepthIsBounded) {
  EXPECT_EQ(why(repeated("[", 64) + repeated("]", 64)), "accepted");
  EXPECT_TRUE(why(repeated("[", 65) + repeated("]", 65)).starts_with("the JSON is nested too deeply"));
  EXPECT_TRUE(why(repeated("{\"a\":", 65) + "1" + repeated("}", 65)).starts_with("the JSON is nested too deeply"));
  EXPECT_NE(why(repeated("[", 1'000'000)), "accepted");
  EXPECT_EQ(why("[[1]]", {.depth = 2}), "accepted");
  EXPECT_NE(why("[[[1]]]", {.depth = 2}), "accepted");
}

TEST(Json, SizeIsBounded) {
  EXPECT_EQ(why("[1]", {.bytes = 3}), "accepted");
  EXPECT_EQ(why("[1] ", {.bytes = 3}), "the text is larger than 3 bytes");
}

TEST(Json, ARefusalNeverQuotesTheText) {
  for (const char* text : {R"({"jane@example.au": jane})", R"(["jane" "jane"])", R"({"jane":1,"jane":2})", "jane"}) {
    const auto json = parse_json(text);
    ASSERT_FALSE(json);
    EXPECT_EQ(to_text(json.error()).find("jane"), std::string::npos);
  }
}

TEST(Json, ARefusalSaysAboutWhere) { EXPECT_NE(why(R"([1, 2, x])").find("near byte"), std::string::npos); }

TEST(Json, MembersCompareWithoutOrderAndListsWithIt) {
  EXPECT_EQ(parsed(R"({"a":1,"b":[{"c":2,"d":3}]})"), parsed(R"({"b":[{"d":3,"c":2}],"a":1})"));
  EXPECT_FALSE(parsed("[1,2]") == parsed("[2,1]"));
  EXPECT_FALSE(parsed(R"({"a":1})") == parsed(R"({"a":1,"b":null})"));
  EXPECT_FALSE(parsed("1") == parsed("1.0"));
  EXPECT_FALSE(Json("1") == Json(1));
}

TEST(Json, WithAndWithoutLeaveTheOriginalAlone) {
  const Json before = Json::object({{"a", 1}, {"b", 2}});
  EXPECT_EQ(canonical(before.with("a", "x").with("c", nullptr)), R"({"a":"x","b":2,"c":null})");
  EXPECT_EQ(canonical(before.without("a")), R"({"b":2})");
  EXPECT_EQ(canonical(before), R"({"a":1,"b":2})");
  EXPECT_EQ(canonical(Json().with("a", true)), R"({"a":true})");
}

TEST(Json, AskingForWhatIsNotThereGivesNothingOfItsKind) {
  const Json number = Json(7);
  EXPECT_EQ(number.text(), "");
  EXPECT_FALSE(number.boolean());
  EXPECT_TRUE(number.items().empty());
  EXPECT_TRUE(number.members().empty());
  EXPECT_TRUE(number["a"]["b"][3].is_null());
  EXPECT_EQ(Json("7").integer(), std::nullopt);
  EXPECT_EQ(Json(Json::Number{"1.5"}).integer(), std::nullopt);
  EXPECT_EQ(Json(Json::Number{"9223372036854775808"}).integer(), std::nullopt);
  EXPECT_EQ(Json(Json::Number{"-9223372036854775808"}).integer(), INT64_MIN);
}

TEST(JsonCanonical, MembersAreSortedAndNothingIsSpaced) {
  EXPECT_EQ(canonical(parsed(R"({ "b" : [ 1 , {} , [] ] , "a" : { "z" : null , "Z" : true } , "é" : 1.50 })")),
            R"({"a":{"Z":true,"z":null},"b":[1,{},[]],"é":1.50})");
}

TEST(JsonCanonical, EscapesAreTheShortestOnes) {
  const std::string_view all("\0\x01\b\t\n\v\f\r\x1f \"\\/\x7f", 14);
  EXPECT_EQ(canonical(Json(all)), "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\x7f\"");
}

TEST(JsonPretty, KeepsTheOrderOfWriting) {
  EXPECT_EQ(pretty(parsed(R"({"b":[1,2],"a":{},"c":[]})")),
            "{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": {},\n  \"c\": []\n}");
}

rc::Gen<Json> any_json(int depth) {
  const auto text = rc::gen::map(rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)),
                                 [](std::string s) { return Json(std::move(s)); });
  const auto scalar = rc::gen::oneOf(rc::gen::just(Json()), rc::gen::map<bool>([](bool b) { return Json(b); }),
                                     rc::gen::map<std::int64_t>([](std::int64_t n) { return Json(n); }), text);
  if (depth == 0) return scalar;
  const auto list = rc::gen::map(rc::gen::container<Json::List>(any_json(depth - 1)),
                                 [](Json::List l) { return Json(std::move(l)); });
  const auto object =
      rc::gen::map(rc::gen::container<std::map<std::string, int>>(
                       rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)), rc::gen::just(0)),
                   [](std::map<std::string, int> keys) {
                     Json::Object members;
                     for (const auto& [key, unused] : keys) members.emplace_back(key, Json(key.size()));
                     return Json(std::move(members));
                   });
  return rc::gen::oneOf(scalar, list, object);
}

RC_GTEST_PROP(JsonCanonical, IsReadBackAsTheSameValueAndWrittenAsTheSameText, ()) {
  const std::string text = canonical(*rc::gen::resize(20, any_json(3)));
  const auto again = parse_json(text);
  RC_ASSERT(again.has_value());
  RC_ASSERT(canonical(*again) == text);
  const auto from_pretty = parse_json(pretty(*again));
  RC_ASSERT(from_pretty.has_value());
  RC_ASSERT(*from_pretty == *again);
}

RC_GTEST_PROP(Json, NoTextBreaksTheParser, ()) {
  // Mostly JSON's own characters, so that the damage is near the grammar.
  const auto alphabet = rc::gen::elementOf(std::string("{}[]:,\"\\u0019aeE+-.tfn \n\xc3\xa9"));
  const auto text = *rc::gen::container<std::string>(alphabet);
  if (const auto json = parse_json(text)) {
    const auto again = parse_json(canonical(*json));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *json);
  }
}

}  // namespace
}  // namespace linchpin
