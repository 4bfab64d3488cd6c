#include "model/system_model.hpp"

#include <gtest/gtest.h>

namespace linchpin::model {
namespace {

SystemField field(std::string path, std::string kind, std::vector<std::string> values = {}) {
  return {.path = std::move(path), .kind = std::move(kind), .label = {}, .values = std::move(values), .refers_to = {}};
}
SystemModel crm(std::vector<SystemField> fields) {
  ObjectModel object{ObjectName("contacts"), {}, 0};
  for (SystemField& f : fields) object.add(std::move(f));
  return {SystemName("crm"), "crm", "2026-11-24T00:00:00Z", {{"crm", "2026-09"}}, {object}};
}
std::vector<std::string> told(const std::vector<Drift>& all) {
  std::vector<std::string> texts;
  for (const Drift& d : all) texts.push_back(d.what + " " + d.path + ": " + d.before + " -> " + d.after);
  return texts;
}
using Texts = std::vector<std::string>;

TEST(SystemModel, IsKeptAsItWasRead) {
  SystemModel model = crm({field("stage", "choice", {"lead", "client"}), field("id", "text")});
  model.objects[0].fields[0].read_only = true;
  const Json json = to_json(model);
  EXPECT_EQ(canonical(to_json(system_model(json).value())), canonical(json));
  EXPECT_FALSE(system_model(parse_json(R"({"objects":1})").value()));
}

TEST(SystemModel, DriftIsWhatCameWentAndChanged) {
  EXPECT_EQ(
      told(drift(crm({field("email", "text"), field("stage", "choice", {"a", "b"}), field("old", "number")}),
                 crm({field("email", "choice"), field("stage", "choice", {"b", "c"}), field("new", "date")}))),
      (Texts{"kind email: text -> choice", "removed old: number -> ", "values stage: a -> c", "added new:  -> date"}));
}

TEST(SystemModel, TheOrderOfValuesIsNoDrift) {
  EXPECT_TRUE(drift(crm({field("stage", "choice", {"a", "b"})}), crm({field("stage", "choice", {"b", "a"})})).empty());
}

TEST(SystemModel, WhatOnlyRecordsToldOfIsNotGoneWhenOthersDoNotHaveIt) {
  SystemModel before = crm({}), after = crm({});
  look_at(parse_json(R"({"Name":"x","Extra":"y"})").value(), before.objects[0]);
  look_at(parse_json(R"({"Name":"x"})").value(), after.objects[0]);
  EXPECT_TRUE(drift(before, after).empty());
  EXPECT_TRUE(with_seen(before, after).objects[0].has("Extra")) << "or it would seem new when it is seen again";
}

TEST(SystemModel, OfARecordOnlyNamesAndKindsOfMembersAreKept) {
  SystemModel model = crm({field("Status", "choice", {"ACTIVE"})});
  look_at(parse_json(R"({"Name":"Jane Citizen","Phones":[{"Number":"0400 000 000"}],"Age":41,"Status":"GONE",
                         "jane@citizen.example":true,"Notes":[],"Born":null})")
              .value(),
          model.objects[0]);
  const std::string text = canonical(to_json(model));
  for (const char* value : {"Jane", "0400", "41", "citizen"}) EXPECT_EQ(text.find(value), std::string::npos) << value;
  const ObjectModel& object = model.objects[0];
  EXPECT_EQ(object.field("Phones[].Number")->kind, "text");
  EXPECT_EQ(object.field("Age")->kind, "number");
  EXPECT_EQ(object.field("Born")->kind, "");
  EXPECT_EQ(object.field("Status")->values, (Texts{"ACTIVE", "GONE"})) << "a word that the contract does not know";
  EXPECT_EQ(object.records, 1);
}

TEST(SystemModel, APathIsThereAsAFieldAboveFieldsOrBelowWhatNobodyDescribes) {
  const ObjectModel object =
      crm({field("person.born", "date"), field("Phones[].Number", "text"), field("balances", "object")}).objects[0];
  for (const char* path : {"person.born", "person", "Phones", "Phones[]", "balances.due"})
    EXPECT_TRUE(object.has(path)) << path;
  for (const char* path : {"pers", "person.name", "Phones[].Area", "born"}) EXPECT_FALSE(object.has(path)) << path;
}

}  // namespace
}  // namespace linchpin::model
