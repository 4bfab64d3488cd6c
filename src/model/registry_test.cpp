#include "model/registry.hpp"

#include <gtest/gtest.h>

#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

std::vector<Decision> of_small_hub(const std::vector<Version>& known = {}) {
  const Checked checked = small_hub::checked();
  EXPECT_TRUE(checked.hub);
  return checked.hub ? decisions(*checked.hub, known) : std::vector<Decision>{};
}

const Decision* named(const std::vector<Decision>& all, std::string_view mapping, std::string_view field) {
  const auto found =
      std::ranges::find_if(all, [&](const Decision& d) { return d.mapping.text == mapping && d.field.text == field; });
  return found == all.end() ? nullptr : &*found;
}

TEST(Registry, SaysTheLogicTheInverseAndTheReason) {
  const auto all = of_small_hub();
  const Decision* stage = named(all, "crm.contacts", "stage");
  ASSERT_NE(stage, nullptr);
  EXPECT_EQ(stage->transform, "enum.table(lead: lead, client: customer)");
  EXPECT_EQ(stage->inverse, "the same, read backwards");
  EXPECT_EQ(stage->why, "the words differ");
  EXPECT_EQ(stage->chosen_by, "owner crm");
  EXPECT_TRUE(stage->wants_reason);
  const Decision* name = named(all, "books.contacts", "full_name");
  ASSERT_NE(name, nullptr);
  EXPECT_TRUE(name->unique);
  EXPECT_EQ(name->direction, "out");
  EXPECT_EQ(name->inverse, "none: it is made of other fields");
  EXPECT_EQ(name->chosen_by, "made of {given_name} {family_name}");
}

TEST(Registry, AFieldThatAnExpressionMakesShowsIt) {
  const Checked checked = small_hub::checked(
      {{"entities/contact.yaml", "\"{given_name} {family_name}\"", "'=.family_name + \", \" + .given_name'"}});
  ASSERT_TRUE(checked.hub);
  const auto all = decisions(*checked.hub, {});
  EXPECT_EQ(named(all, "books.contacts", "full_name")->chosen_by, "made by =.family_name + \", \" + .given_name");
}

TEST(Registry, WhichRecordsAreTakenIsADecisionOfTheMapping) {
  const auto all = of_small_hub();
  const Decision* records = named(all, "books.contacts", "");
  ASSERT_NE(records, nullptr);
  EXPECT_EQ(records->what, "records");
  EXPECT_EQ(records->transform, ".FirstName != null");
  EXPECT_EQ(records->why, "organisations stand in the same list");
}

TEST(Registry, ACopyWantsNoReasonAndADecisionDoes) {
  const auto all = of_small_hub();
  EXPECT_FALSE(named(all, "crm.contacts", "given_name")->wants_reason);
  EXPECT_FALSE(named(all, "checks.contacts", "born")->wants_reason) << "no other way than in: it cannot be written";
  EXPECT_TRUE(named(all, "crm.contacts", "checked")->wants_reason);
  EXPECT_EQ(small_hub::after({{"mappings/crm.contacts.yaml", ", why: the crm shows it", ""}}),
            (std::vector<std::string>{"warning: mappings/crm.contacts.yaml:13:3: checked is mapped by a decision that "
                                      "gives no reason. Add why: … for who reads it in a year."}));
  EXPECT_EQ(small_hub::after({{"mappings/books.contacts.yaml", "why: organisations stand in the same list\n", ""}}),
            (std::vector<std::string>{"warning: mappings/books.contacts.yaml:5:8: where: leaves records out and gives "
                                      "no reason. Add why: … for who reads it in a year."}));
}

TEST(Registry, HistoryIsTheVersionsThatTouchedTheEntry) {
  const std::string file = "mappings/crm.contacts.yaml";
  const std::vector<Version> known{
      {3,
       "c",
       "ada",
       "third",
       {{file, "fields.stage.why", "\"x\"", "\"y\""}, {file, "fields.phone", "", "\"mobile\""}}},
      {2, "b", "bo", "second", {{file, "fields.stages", "", "\"z\""}, {"hub.yaml", "hub", "", "x"}}},
      {1, "a", "cy", "first", {{file, "", "", "there"}}}};
  const auto all = of_small_hub(known);
  const Decision* stage = named(all, "crm.contacts", "stage");
  ASSERT_EQ(stage->history.size(), 2u);
  EXPECT_EQ(stage->history[0].by, "ada");
  ASSERT_EQ(stage->history[0].changes.size(), 1u);
  EXPECT_EQ(stage->history[0].changes[0].path, "fields.stage.why");
  EXPECT_EQ(stage->history[1].number, 1);
}

TEST(Registry, VersionsAreReadAsAHubTellsThem) {
  const Json item = parse_json(R"({"version":2,"at":"t","by":"ada","why":"w",
      "changes":[{"file":"f","path":"p","before":"","after":"1"}]})")
                        .value();
  const auto all = versions(Json::list({item}));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].number, 2);
  EXPECT_EQ(all[0].changes[0].after, "1");
}

}  // namespace
}  // namespace linchpin::model
