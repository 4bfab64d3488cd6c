#include "model/side_by_side.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

SystemField field(std::string path, std::string kind, std::vector<std::string> values = {}) {
  return {.path = std::move(path), .kind = std::move(kind), .label = {}, .values = std::move(values), .refers_to = {}};
}

// What the small hub's mappings of crm expect of it.
std::vector<SystemField> as_mapped() {
  return {field("first", "text"),
          field("last", "text"),
          field("mobile", "text"),
          field("stage", "choice", {"lead", "customer"}),
          field("checked", "choice", {"none", "pending", "verified"}),
          field("hub_id", "text"),
          field("shoe_size", "number")};
}
SystemField& at(std::vector<SystemField>& all, const std::string& path) {
  return *std::ranges::find(all, path, &SystemField::path);
}
SideBySide beside(std::vector<SystemField> fields, const std::vector<small_hub::Edit>& edits = {}) {
  ObjectModel object{ObjectName("contacts"), {}, 0};
  for (SystemField& f : fields) object.add(std::move(f));
  const Checked checked = small_hub::checked(edits);
  EXPECT_TRUE(checked.hub);
  return side_by_side(*checked.hub, {SystemName("crm"), "crm", "t", {}, {object}});
}
std::vector<std::string> told(const SideBySide& side) {
  std::vector<std::string> texts;
  for (const ModelFinding& f : side.findings)
    texts.push_back((f.mistake() ? "mistake: " : "warning: ") + to_text(f.error));
  return texts;
}
using Texts = std::vector<std::string>;

TEST(SideBySide, WhatIsAsTheMappingsSayFindsNothing) {
  const SideBySide side = beside(as_mapped());
  EXPECT_EQ(told(side), Texts{});
  const auto row = std::ranges::find_if(side.fields, [](const Beside& b) { return b.field.path == "mobile"; });
  ASSERT_EQ(row->mapped.size(), 1u);
  EXPECT_EQ(row->mapped[0].field.text, "phone");
  EXPECT_EQ(row->mapped[0].type, "phone");
  const auto shoe = std::ranges::find_if(side.fields, [](const Beside& b) { return b.field.path == "shoe_size"; });
  EXPECT_TRUE(shoe->mapped.empty());
  EXPECT_EQ(side.elsewhere, (Texts{"contact.full_name", "contact.born", "contact.passport"}));
}

TEST(SideBySide, AMappingOfAFieldThatIsGoneIsAMistakeThatNamesTheNearest) {
  auto fields = as_mapped();
  at(fields, "mobile").path = "mobiles";
  EXPECT_EQ(
      told(beside(fields)),
      (Texts{"mistake: mappings/crm.contacts.yaml:8:3: phone is mapped to mobile, and contacts of crm have no such "
             "field. Did you mean 'mobiles'?"}));
}

TEST(SideBySide, AFieldThatNobodyMayWriteIsNotWritten) {
  auto fields = as_mapped();
  at(fields, "checked").read_only = true;
  EXPECT_EQ(told(beside(fields)),
            (Texts{"mistake: mappings/crm.contacts.yaml:13:3: checked is written to checked, which crm lets nobody "
                   "write. Write direction: in."}));
}

TEST(SideBySide, ATableCoversWhatTheSystemMaySayAndWritesOnlyWhatItKnows) {
  auto fields = as_mapped();
  at(fields, "stage").values = {"lead", "subscriber", "Client"};
  EXPECT_EQ(
      told(beside(fields)),
      (Texts{"warning: mappings/crm.contacts.yaml:9:3: stage of crm may be 'subscriber', 'Client', which the table "
             "does not cover. Such a record's field is a dead letter: add a row for each that is in use.",
             "mistake: mappings/crm.contacts.yaml:9:3: stage is written to stage as 'customer', and crm has no "
             "such value. Take a value that it has, or add it in crm."}));
}

TEST(SideBySide, AValueOfRecordsThatTheMappingLeavesOutNeedsNoRow) {
  auto fields = as_mapped();
  at(fields, "stage").values = {"lead", "customer", "partner", "other"};
  const auto with_where = [&](const std::string& where) {
    return told(beside(fields, {{"mappings/crm.contacts.yaml", "fields:\n", "where: '" + where + "'\nfields:\n"}}));
  };
  const auto warned_of = [](const std::string& values) {
    return Texts{
        "warning: mappings/crm.contacts.yaml:10:3: stage of crm may be " + values +
        ", which the table does not cover. Such a record's field is a dead letter: add a row for each that is in use."};
  };
  EXPECT_EQ(with_where(R"(.first != null and .stage != "partner" and "other" != .stage)"), Texts{});
  EXPECT_EQ(with_where(R"(.stage == "lead" or .stage == "customer")"), Texts{});
  EXPECT_EQ(with_where(R"(.stage != "other")"), warned_of("'partner'"));
  EXPECT_EQ(with_where(R"(.last != "other" or .stage != "other")"), warned_of("'partner', 'other'"));
}

TEST(SideBySide, KindsThatDoNotFitAreSaidUnlessATransformIsBetween) {
  auto fields = as_mapped();
  at(fields, "mobile").kind = "boolean";
  const Texts texts = told(beside(fields));
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_NE(texts[0].find("mobile is a boolean in crm, and phone is a phone in the hub"), std::string::npos)
      << texts[0];
  EXPECT_EQ(told(beside(fields, {{"mappings/crm.contacts.yaml", "phone: mobile",
                                  "phone: { at: mobile, as: phone.normalise(region: AU), why: as typed }"}})),
            Texts{});
}

TEST(SideBySide, WhatTheSystemWantsOfEveryRecordIsWritten) {
  auto fields = as_mapped();
  at(fields, "shoe_size").required = true;
  EXPECT_EQ(told(beside(fields)),
            (Texts{"warning: mappings/crm.contacts.yaml:1:1: crm wants shoe_size of every new record, and no entry "
                   "writes it. Map it, or let nothing be created there."}));
}

TEST(SideBySide, PartsOfAListAndWhatAnExpressionReadsAreLookedFor) {
  const std::vector<small_hub::Edit> edits{
      {"mappings/crm.contacts.yaml", "  phone: mobile\n",
       "  phone:\n    at: Phones[PhoneType=MOBILE]\n    as: phone.join(area: Area, number: Number)\n    why: parts\n"},
      {"mappings/crm.contacts.yaml", "entity: contact\n", "entity: contact\nwhere: '.kind == \"person\"'\nwhy: x\n"}};
  auto fields = as_mapped();
  fields.push_back(field("Phones[].PhoneType", "text"));
  fields.push_back(field("Phones[].Number", "text"));
  const Texts texts = told(beside(fields, edits));
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_NE(texts[0].find("where: reads kind"), std::string::npos) << texts[0];
  EXPECT_NE(texts[1].find("phone is mapped to Phones[].Area"), std::string::npos) << texts[1];
}

}  // namespace
}  // namespace linchpin::model
