#include "model/yaml.hpp"

#include <gtest/gtest.h>

namespace linchpin::model {
namespace {

Node parsed(std::string_view text) {
  auto node = parse_yaml("a.yaml", text);
  EXPECT_TRUE(node) << (node ? "" : to_text(node.error()));
  return node ? *node : Node{};
}
std::string refused(std::string_view text, YamlLimits limits = {}) {
  auto node = parse_yaml("a.yaml", text, limits);
  EXPECT_FALSE(node);
  return node ? "" : to_text(node.error());
}

TEST(Yaml, EveryNodeKnowsItsPlace) {
  const Node node = parsed("flow: clients\nsystems:\n  xero: { read: realtime, write: [a, b] }\n");
  EXPECT_EQ(to_text(node.at), "a.yaml:1:1");
  const Node* xero = node.find("systems")->find("xero");
  ASSERT_NE(xero, nullptr);
  EXPECT_EQ(to_text(xero->at), "a.yaml:3:9");
  EXPECT_EQ(to_text(xero->find("read")->at), "a.yaml:3:17");
  EXPECT_EQ(to_text(xero->members[1].at), "a.yaml:3:27");
  EXPECT_EQ(to_text(xero->find("write")->items[1].at), "a.yaml:3:38");
}

TEST(Yaml, AScalarInQuotesBeginsAtItsQuote) {
  const Node node = parsed("a: 'x'\n\"b\": [\"y\", 'z']\nc: >-\n  folded\n");
  EXPECT_EQ(to_text(node.find("a")->at), "a.yaml:1:4");
  EXPECT_EQ(to_text(node.members[1].at), "a.yaml:2:1");
  EXPECT_EQ(to_text(node.find("b")->items[0].at), "a.yaml:2:7");
  EXPECT_EQ(to_text(node.find("b")->items[1].at), "a.yaml:2:12");
  EXPECT_EQ(node.find("c")->at.line, 4);
}

TEST(Yaml, ScalarsStayAsTheyWereWritten) {
  const Node node = parsed("a: 0412\nb: \"0412\"\nc: 1.10\nd: no\ne: |\n  two\n  lines\nf: 'it''s'\ng:\n");
  EXPECT_EQ(node.find("a")->text, "0412");
  EXPECT_FALSE(node.find("a")->quoted);
  EXPECT_TRUE(node.find("b")->quoted);
  EXPECT_EQ(node.find("c")->text, "1.10");
  EXPECT_EQ(node.find("d")->text, "no");
  EXPECT_EQ(node.find("e")->text, "two\nlines\n");
  EXPECT_EQ(node.find("f")->text, "it's");
  EXPECT_TRUE(node.find("g")->is_null());
}

TEST(Yaml, TwoEqualKeysAreRefusedWithBothPlaces) {
  EXPECT_EQ(refused("a: 1\nb: 2\na: 3\n"),
            "a.yaml:3:1: the key 'a' stands twice. It stands first on line 1; keep one of them.");
}

TEST(Yaml, ACallAfterAsNeedsNoQuotes) {
  const Node node = parsed(
      "- as: enum.table(client: ACTIVE, former: ARCHIVED)  # a comment\n"
      "- { at: Phones, as: phone.join(number: 'a)b', area: B), direction: in }\n"
      "- why: \"not, as: a.call(b: c)\"\n"
      "- as: ref(name)\n");
  EXPECT_EQ(node.items[0].find("as")->text, "enum.table(client: ACTIVE, former: ARCHIVED)");
  EXPECT_EQ(node.items[1].find("as")->text, "phone.join(number: 'a)b', area: B)");
  EXPECT_EQ(node.items[1].find("direction")->text, "in");
  // Places are the user's, not those of the text with quotes in it.
  EXPECT_EQ(to_text(node.items[1].find("as")->at), "a.yaml:2:21");
  EXPECT_EQ(to_text(node.items[1].find("direction")->at), "a.yaml:2:68");
  EXPECT_EQ(node.items[2].find("why")->text, "not, as: a.call(b: c)");
  EXPECT_EQ(node.items[3].find("as")->text, "ref(name)");
}

TEST(Yaml, AliasesAreCopiesAndCountAsOftenAsTheyAreUsed) {
  const Node node = parsed("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(node.find("b")->items.size(), 2u);
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string one = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + one;
    for (int j = 1; j < 10; ++j) bomb += ", " + one;
    bomb += "]\n";
  }
  EXPECT_NE(refused(bomb).find("more than 100000 values"), std::string::npos);
  EXPECT_NE(refused("a: &a [*a]\n").find("no anchor"), std::string::npos);
}

TEST(Yaml, WhatIsNoPlainDocumentIsRefused) {
  EXPECT_NE(refused("a: [1, 2\n").find("a.yaml:"), std::string::npos);
  EXPECT_NE(refused("a: 1\n---\nb: 2\n").find("second document"), std::string::npos);
  EXPECT_NE(refused("a: !!int 1\n").find("a tag"), std::string::npos);
  EXPECT_NE(refused("? [a]\n: b\n").find("no plain text"), std::string::npos);
  EXPECT_NE(refused("").find("empty"), std::string::npos);
  EXPECT_NE(refused(std::string_view("a: \0b", 5)).find("zero byte"), std::string::npos);
  EXPECT_NE(refused("aaaaaaaaaa", {.bytes = 5}).find("larger than 5"), std::string::npos);
  EXPECT_NE(refused(std::string(100, '[') + std::string(100, ']')).find("deeper"), std::string::npos);
  EXPECT_NE(refused("a: b: c\n").find("a.yaml:1:"), std::string::npos);
}

TEST(Yaml, BecomesJsonByItsPlainScalars) {
  EXPECT_EQ(canonical(to_json(parsed("{a: 1, b: \"1\", c: true, d: no, e: ~, f: 0412, g: -1.50e3, h: [x]}"))),
            R"({"a":1,"b":"1","c":true,"d":"no","e":null,"f":"0412","g":-1.50e3,"h":["x"]})");
}

TEST(Yaml, AByteOfAnotherEncodingIsToldWithItsPlace) {
  for (const char* bad : {"\xfc", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    const auto parsed = parse_yaml("hub.yaml", std::string("hub: é\nname: ü") + bad + "rich\n");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(to_text(parsed.error()), "hub.yaml:2:8: a byte stands here that is not UTF-8. Save the file as UTF-8.");
  }
  EXPECT_TRUE(parse_yaml("hub.yaml", "hub: é€𝄞\n"));
}

}  // namespace
}  // namespace linchpin::model
