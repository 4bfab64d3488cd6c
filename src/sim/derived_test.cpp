// Fields that an expression makes of others, with the whole line in the simulated world.
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

class Derived : public SmallPractice {
 protected:
  // The name as the accounts show it; of a family name that holds a digit nothing can be made.
  void make() {
    const auto hub = example_hub([](const std::string& name, std::string& text) {
      const std::string braces = "\"{given_name} {family_name}\"";
      if (const std::size_t at = text.find(braces); name.ends_with("entities/contact.yaml") && at != std::string::npos)
        text.replace(
            at, braces.size(),
            R"('=if .family_name // "" | test("[0-9]") then .family_name - 1 else .family_name + ", " + .given_name end')");
    });
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.hub = *hub});
  }
  void call(const std::string& family_name) {
    edit_in_hubspot(Json::object({{"firstname", "Mia"}, {"lastname", family_name}}));
    settle();
  }
  Json letters() { return ask(Json::object({{"command", "dead-letters.list"}}))["items"]; }
  Json why() {
    return ask(
        Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + xero}, {"field", "full_name"}}));
  }
};

TEST_F(Derived, WhatAnExpressionMakesTravelsAndIsExplained) {
  make();
  call("Tan");
  EXPECT_EQ(in_xero()["Name"].text(), "Tan, Mia");
  EXPECT_EQ(why()["value"].text(), "Tan, Mia");
  const Json made = why()["chain"][1];
  EXPECT_EQ(made["what"].text(), "made");
  EXPECT_TRUE(made["rule"].text().starts_with("=if .family_name"));
  EXPECT_EQ(
      canonical(made["of"]),
      R"([{"class":"personal","field":"family_name","value":"Tan"},{"class":"personal","field":"given_name","value":"Mia"}])");
}

TEST_F(Derived, WhatCannotBeMadeIsADeadLetterUntilItCan) {
  make();
  call("Tan");
  call("Tan 2");
  EXPECT_EQ(in_xero()["LastName"].text(), "Tan 2") << "the rest goes on";
  EXPECT_EQ(in_xero()["Name"].text(), "Tan, Mia") << "and what it was made of before stays";
  ASSERT_EQ(letters().items().size(), 1u);
  const Json letter = letters()[0];
  EXPECT_EQ(letter["kind"].text() + " " + letter["field"].text(), "field full_name");
  EXPECT_TRUE(letter["place"].text().starts_with("entities/contact.yaml:"));
  EXPECT_EQ(canonical(letter).find("Tan"), std::string::npos);
  EXPECT_FALSE(
      world->ask(Json::object({{"command", "dead-letters.retry"}, {"id", letter["id"].text()}, {"by", "mia"}})));
  EXPECT_FALSE(why()["chain"][0]["error"].text().empty()) << pretty(why());
  call("Tan 3");
  EXPECT_EQ(letters().items().size(), 1u);
  call("Tang");
  EXPECT_EQ(in_xero()["Name"].text(), "Tang, Mia");
  EXPECT_TRUE(letters().items().empty());
}

}  // namespace
}  // namespace linchpin::sim
