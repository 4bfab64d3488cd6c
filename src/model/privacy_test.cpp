#include "model/privacy.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

using small_hub::after;
using small_hub::checked;
using Texts = std::vector<std::string>;

const std::string entity = "entities/contact.yaml", crm = "mappings/crm.contacts.yaml", flow = "flows/clients.yaml",
                  verify = "flows/verify.yaml";

TEST(Privacy, ARestrictedFieldThatAMappingWritesIsRefusedWithItsWay) {
  EXPECT_EQ(
      after({{crm, "  phone: mobile\n", "  phone: mobile\n  born: { at: born, direction: out, why: asked for }\n"}}),
      (Texts{"mappings/crm.contacts.yaml:9:3: contact.born is restricted, and crm may hold personal: contact.born -> "
             "mapping "
             "crm.contacts (mappings/crm.contacts.yaml:9:3) -> crm. Write direction: in, take it out, or list it in "
             "systems/crm.yaml: may_hold: [personal, contact.born]."}));
}

TEST(Privacy, ASystemThatListsTheFieldAndItsPurposeMayHoldIt) {
  EXPECT_EQ(
      after({{crm, "  phone: mobile\n", "  phone: mobile\n  born: { at: born, direction: out, why: asked for }\n"},
             {"systems/crm.yaml", "may_hold: personal", "may_hold: [personal, contact.born]"}}),
      Texts{});
}

TEST(Privacy, AConditionTellsItsReaderWhatItReads) {
  const Texts texts = after({{flow, ".stage != \"lead\"", ".born != null"}});
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_NE(texts[0].find("contact.born -> when: of flow clients (flows/clients.yaml:5:3) -> books"), std::string::npos)
      << texts[0];
}

TEST(Privacy, AConditionThatReadsEverythingSendsEverything) {
  const Texts texts = after({{flow, ".stage != \"lead\"", ". != null"}});
  std::string all;
  for (const std::string& text : texts) all += text;
  EXPECT_NE(all.find("contact.born -> when:"), std::string::npos);
  EXPECT_NE(all.find("contact.passport -> when:"), std::string::npos);
}

TEST(Privacy, WhatIsMadeOfARestrictedFieldIsRestricted) {
  const Texts texts = after({{entity, "\"{given_name} {family_name}\"", "\"{given_name} {born}\""}});
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_NE(texts[0].find("warning: entities/contact.yaml:5:35: contact.full_name counts as restricted"),
            std::string::npos)
      << texts[0];
  EXPECT_NE(texts[1].find("contact.full_name is restricted by contact.born, and books may hold personal"),
            std::string::npos)
      << texts[1];
}

TEST(Privacy, WhatAFlowSendsCounts) {
  const Texts texts = after({{verify, "[given_name, family_name]", "[given_name, passport]"}});
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_NE(texts[0].find("contact.passport -> send: of flow verify"), std::string::npos);
}

TEST(Privacy, ComplianceOnlyAndFieldsWithoutAClassGoNowhere) {
  const Texts unclassed =
      after({{entity, "family_name: { type: text, class: personal,", "family_name: { type: text,"}});
  ASSERT_FALSE(unclassed.empty());
  EXPECT_NE(unclassed[0].find("counts as compliance_only"), std::string::npos);
  // Listing does not help.
  const Texts listed =
      after({{entity, "phone: { type: phone, class: personal", "phone: { type: phone, class: compliance_only"},
             {"systems/crm.yaml", "may_hold: personal", "may_hold: [personal, contact.phone]"}});
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_NE(listed[0].find("No system may hold a compliance_only field"), std::string::npos);
}

TEST(Privacy, FreeTextIsPersonalAtLeast) {
  const Texts texts =
      after({{entity, "stage: { type: enum, values: [lead, client], class: internal, owner: crm, default: lead }",
              "stage: { type: enum, values: [lead, client], class: internal, owner: crm, default: lead }\n"
              "  remark: { type: note, class: public, owner: crm }"},
             {crm, "  phone: mobile\n", "  phone: mobile\n  remark: remark\n"},
             {"systems/crm.yaml", "may_hold: personal", "may_hold: internal"}});
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  EXPECT_NE(all.find("contact.remark counts as personal"), std::string::npos) << all;
  EXPECT_NE(all.find("contact.remark is personal, and crm may hold internal"), std::string::npos) << all;
}

TEST(Privacy, TheDisclosureTableSaysWhoMayReceiveWhat) {
  Texts rows;
  for (const Disclosure& row : checked().disclosure)
    rows.push_back(row.system.text + " " + row.field + " " + std::string(to_text(row.clazz)) + " " + row.country);
  EXPECT_EQ(rows, (Texts{"books contact.family_name personal NZ", "books contact.full_name personal NZ",
                         "books contact.given_name personal NZ", "books contact.stage internal NZ",
                         "checks contact.family_name personal AU", "checks contact.given_name personal AU",
                         "checks contact.stage internal AU", "crm contact.checked internal AU",
                         "crm contact.family_name personal AU", "crm contact.given_name personal AU",
                         "crm contact.phone personal AU", "crm contact.stage internal AU"}));
}

// ---- the canary: random hubs, and a walk that shares nothing with the proof

struct RandomField {
  int clazz;  // 0 public … 4 compliance_only, 5: not written
  bool note = false;
  std::vector<int> from;  // the fields that it is made of: lower numbers only
  int direction = 2;      // in the mapping: 0 in, 1 out, 2 both, 3 not mapped
};
struct RandomHub {
  std::vector<RandomField> fields;
  int ceiling = 2;
  std::set<int> listed;
  std::vector<int> when, send;
  bool when_everything = false;
};

const char* const class_names[] = {"public", "internal", "personal", "restricted", "compliance_only"};

RandomHub random_hub(std::mt19937& chance) {
  const auto below = [&](int n) { return static_cast<int>(chance() % static_cast<unsigned>(n)); };
  RandomHub hub;
  const int count = 2 + below(5);
  for (int i = 0; i < count; ++i) {
    RandomField field;
    // Mostly low classes, or hardly a hub would be accepted.
    const int die = below(14);
    field.clazz = die < 4 ? 0 : die < 8 ? 1 : die < 11 ? 2 : die == 11 ? 3 : die == 12 ? 4 : 5;
    field.note = below(6) == 0;
    field.direction = below(4);
    if (i > 0 && below(4) == 0) {
      for (int n = 1 + below(2); n > 0; --n) field.from.push_back(below(i));
      field.direction = below(2) == 0 ? 1 : 3;
    }
    hub.fields.push_back(field);
  }
  hub.ceiling = below(3);
  for (int i = 0; i < count; ++i)
    if (below(3) == 0) hub.listed.insert(i);
  if (below(2) == 0) hub.when.push_back(below(count));
  hub.when_everything = below(12) == 0;
  if (below(2) == 0) hub.send.push_back(below(count));
  return hub;
}

std::vector<HubFile> written(const RandomHub& hub) {
  const auto name = [](int i) { return "f" + std::to_string(i); };
  std::string fields, mapping, listed, send;
  for (std::size_t i = 0; i < hub.fields.size(); ++i) {
    const RandomField& field = hub.fields[i];
    const int number = static_cast<int>(i);
    fields += "  " + name(number) + ": { type: " + (field.note ? "note" : "text");
    if (field.clazz < 5) fields += std::string(", class: ") + class_names[field.clazz];
    if (field.from.empty()) {
      fields += ", survivorship: recency }\n";
    } else {
      std::string in_braces, in_expression;
      for (int source : field.from) {
        in_braces += "{" + name(source) + "} ";
        in_expression += (in_expression.empty() ? "." : ", .") + name(source);
      }
      fields += i % 2 == 0 ? ", from: \"" + in_braces + "\" }\n"
                           : ", from: '=[" + in_expression + "] | map(. // \"\") | join(\" \")' }\n";
    }
    if (field.direction < 3)
      mapping += "  " + name(number) + ": { at: " + name(number) + ", direction: " +
                 (field.direction == 0   ? "in"
                  : field.direction == 1 ? "out"
                                         : "both") +
                 " }\n";
  }
  for (int i : hub.listed) listed += ", thing." + name(i);
  for (int i : hub.send) send += name(i);
  std::string when = hub.when_everything ? ", when: '. != null'"
                     : hub.when.empty()  ? ""
                                         : ", when: '." + name(hub.when[0]) + " != null'";
  // One field more keeps the mapping writable and readable whatever chance has chosen.
  std::vector<HubFile> files = {
      {"hub.yaml", "hub: canary\n"},
      {"environments/staging.yaml",
       "environment: staging\nkeys: { master: env:A, match: env:B, log: env:C }\nconnections:\n"
       "  crm: { auth: { token: env:T }, webhook: { secret: env:W } }\n  checks: { auth: { token: env:U } }\n"},
      {"systems/crm.yaml", "system: crm\nconnector: crm\nmay_hold: [" + std::string(class_names[hub.ceiling]) + listed +
                               "]\npurpose: p\ncountry: AU\n"},
      {"systems/checks.yaml", "system: checks\nconnector: checks\nmay_hold: [" + std::string(class_names[hub.ceiling]) +
                                  listed + "]\npurpose: p\ncountry: AU\n"},
      {"entities/thing.yaml",
       "entity: thing\nfields:\n  always: { type: text, class: public, survivorship: recency }\n" + fields},
      {"mappings/crm.things.yaml",
       "mapping: crm.things\nsystem: crm\nobject: contacts\nentity: thing\nfields:\n  always: always\n" + mapping},
      {"flows/keep.yaml",
       "flow: keep\nkeep: thing\nsystems:\n  crm: { read: realtime, write: realtime" + when + " }\n"}};
  if (!send.empty())
    files.push_back(
        {"flows/do.yaml", "flow: do\non: thing.always becomes x\ndo: checks.create_check\nsend: [" + send + "]\n"});
  return files;
}

// What a field gives away, from first principles: itself, or anything that its text is made of.
int worst(const RandomHub& hub, int i) {
  const RandomField& field = hub.fields[static_cast<std::size_t>(i)];
  int clazz = field.clazz == 5 ? 4 : field.clazz;
  if (field.note) clazz = std::max(clazz, 2);
  for (int source : field.from) clazz = std::max(clazz, worst(hub, source));
  return clazz;
}

bool leaks(const RandomHub& hub) {
  std::set<int> sent(hub.send.begin(), hub.send.end());
  for (std::size_t i = 0; i < hub.fields.size(); ++i)
    if (hub.fields[i].direction == 1 || hub.fields[i].direction == 2 || hub.when_everything)
      sent.insert(static_cast<int>(i));
  if (!hub.when_everything) sent.insert(hub.when.begin(), hub.when.end());
  for (int i : sent) {
    const int clazz = worst(hub, i);
    if (clazz <= hub.ceiling) continue;
    if (clazz == 3 && hub.listed.contains(i)) continue;
    return true;
  }
  return false;
}

TEST(Privacy, NoHubThatIsAcceptedLetsAFieldThrough) {
  std::mt19937 chance(20261124);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 600; ++i) {
    const RandomHub hub = random_hub(chance);
    const Checked result = check_files(written(hub), "", small_hub::connectors);
    for (const Finding& finding : result.findings)
      ASSERT_TRUE(finding.warning || finding.error.code == Code::LeastPrivilege) << to_text(finding.error);
    EXPECT_EQ(result.hub == nullptr, leaks(hub))
        << written(hub)[4].text << written(hub)[5].text << written(hub)[6].text;
    (result.hub != nullptr ? accepted : refused) += 1;
  }
  EXPECT_GT(accepted, 60);
  EXPECT_GT(refused, 60);
}

}  // namespace
}  // namespace linchpin::model
