// The hub that ships as an example, and every example of the guide to hub files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/draft.hpp"
#include "model/hub.hpp"

namespace linchpin::model {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
const std::string example = "examples/accounting-practice";

TEST(Example, TheAccountingPracticeHasNoMistakeAndNothingThatDoesNotWorkYet) {
  const Checked checked = check(example, "");
  Texts texts;
  for (const Finding& finding : checked.findings) texts.push_back(to_text(finding.error));
  EXPECT_EQ(texts, Texts{});
  ASSERT_NE(checked.hub, nullptr);
  EXPECT_EQ(checked.hub->environment.name, "staging");
}

TEST(Example, ItsDisclosureTableHasNoRestrictedField) {
  Texts rows;
  for (const Disclosure& row : check(example, "").disclosure)
    rows.push_back(row.system.text + " " + row.field + " " + std::string(to_text(row.clazz)));
  EXPECT_EQ(rows, (Texts{"hubspot contact.email personal", "hubspot contact.family_name personal",
                         "hubspot contact.given_name personal", "hubspot contact.lifecycle_stage internal",
                         "hubspot contact.marketing_consent internal", "hubspot contact.phone personal",
                         "hubspot contact.verification internal", "hubspot contact.verified_at internal",
                         "idcheck contact.email personal", "idcheck contact.family_name personal",
                         "idcheck contact.given_name personal", "idcheck contact.lifecycle_stage internal",
                         "xero contact.email personal", "xero contact.family_name personal",
                         "xero contact.full_name personal", "xero contact.given_name personal",
                         "xero contact.lifecycle_stage internal", "xero contact.phone personal"}));
}

Json verification(std::string_view status, Json outcome) {
  return Json::object({{"id", "v1"},
                       {"external_id", "g_00000000000000000000000001"},
                       {"status", status},
                       {"outcome", std::move(outcome)},
                       {"reasons", Json::list({"sanctions"})},
                       {"completed_at", "2026-11-24T01:00:00Z"},
                       {"person", Json::object({{"date_of_birth", "1980-02-03"}})}});
}

TEST(Example, NoOutcomeOfACheckTellsASuspicionFromABlurredPhoto) {
  const Checked checked = check(example, "");
  ASSERT_NE(checked.hub, nullptr);
  const mapping::Mapping& contacts = checked.hub->mappings.at(MappingName("idcheck.contacts"));
  const mapping::Mapping& checks = checked.hub->mappings.at(MappingName("idcheck.verifications"));
  ASSERT_TRUE(contacts.golden_id_at.has_value());
  const auto seen = [&](std::string_view status, Json outcome) {
    const mapping::ReadOutcome read = mapping::read(contacts, verification(status, std::move(outcome)));
    EXPECT_TRUE(read.errors.empty());
    return read.values.at("verification");
  };
  EXPECT_EQ(seen("pending", {}), Json("pending"));
  EXPECT_EQ(seen("in_progress", {}), Json("pending"));
  EXPECT_EQ(seen("complete", "verified"), Json("verified"));
  for (const char* outcome : {"rejected", "review"}) EXPECT_EQ(seen("complete", outcome), Json("action_required"));
  for (const char* status : {"abandoned", "error"}) EXPECT_EQ(seen(status, {}), Json("action_required"));
  EXPECT_EQ(seen("expired", {}), Json("expired"));

  // A time of verification there is only of a verification.
  EXPECT_EQ(mapping::read(contacts, verification("complete", "verified")).values.at("verified_at"),
            Json("2026-11-24T01:00:00Z"));
  EXPECT_FALSE(mapping::read(contacts, verification("complete", "rejected")).values.contains("verified_at"));
  EXPECT_EQ(mapping::read(checks, verification("complete", "rejected")).values.at("outcome"), Json("action_required"));
  EXPECT_EQ(mapping::read(contacts, verification("complete", "verified")).values.at("date_of_birth"),
            Json("1980-02-03"));
}

TEST(Example, AContactGoesToXeroAndBack) {
  const Checked checked = check(example, "");
  ASSERT_NE(checked.hub, nullptr);
  const mapping::Mapping& xero = checked.hub->mappings.at(MappingName("xero.contacts"));
  const Values values = {{"given_name", Json("Zoë")},
                         {"family_name", Json("O'Brien")},
                         {"full_name", Json("Zoë O'Brien")},
                         {"phone", Json("+61412345678")},
                         {"lifecycle_stage", Json("former")}};
  const mapping::WriteOutcome written = mapping::write(xero, values, Json());
  EXPECT_TRUE(written.errors.empty());
  EXPECT_EQ(written.record["Name"], Json("Zoë O'Brien"));
  EXPECT_EQ(written.record["ContactStatus"], Json("ARCHIVED"));
  const mapping::ReadOutcome read = mapping::read(xero, written.record);
  EXPECT_TRUE(read.applies);
  EXPECT_EQ(read.values.at("phone"), values.at("phone"));
  EXPECT_FALSE(mapping::read(xero, Json::object({{"Name", "Smith Family Trust"}, {"FirstName", ""}})).applies);
}

// ---- the open cases of the transforms' set, where they lie beside this checkout, by the mappings that use them

// Where the example reads what a kind makes, with the options that its hub gives.
struct Reads {
  const char *kind, *options, *mapping, *field;
};
constexpr Reads example_reads[] = {
    {"phone.normalise", R"({"region":"AU"})", "hubspot.contacts", "phone"},
    {"phone.join", R"({"region":"AU"})", "xero.contacts", "phone"},
    {"email.normalise", "{}", "hubspot.contacts", "email"},
    {"email.normalise", "{}", "xero.contacts", "email"},
    {"date.parse", "{}", "idcheck.contacts", "date_of_birth"},
    {"datetime.to_utc", R"({"zone":"Australia/Sydney"})", "idcheck.verifications", "completed_at"},
    {"datetime.to_utc", R"({"zone":"Australia/Sydney"})", "idcheck.verifications", "expires_at"},
};

// The provider's times have an offset; one that has none is not taken for the hub's own time.
Json expected(const Reads& reads, const Json& row, const Json& input) {
  const std::string& text = input.text();
  const std::size_t time = text.find_first_of("Tt");
  const bool wants_zone = std::string_view(reads.kind) == "datetime.to_utc" && time != std::string::npos &&
                          text.find_first_of("+-zZ", time) == std::string::npos;
  return wants_zone && row["expect"].find("value") ? Json::object({{"error", "needs_zone"}}) : row["expect"];
}

// A record that holds the case's value where the mapping reads the field.
Json record_of(const mapping::FieldMapping& field, const Json& input) {
  if (field.as.name != "phone.join") return mapping::write(field.at, Json(), input).value();
  const Json parts = Json::object({{"PhoneType", "MOBILE"},
                                   {"PhoneCountryCode", input["country"]},
                                   {"PhoneAreaCode", input["area"]},
                                   {"PhoneNumber", input["number"]}});
  return Json::object({{"FirstName", "Zoë"}, {"Phones", Json::list({parts})}});
}

TEST(Example, ItsMappingsReadTheOpenCasesOfTheTransformsTheyUse) {
  fs::path path;
  for (fs::path at = fs::current_path(); at != at.root_path() && path.empty(); at = at.parent_path())
    if (fs::exists(at / "shared/data/transforms/examples.jsonl")) path = at / "shared/data/transforms/examples.jsonl";
  if (path.empty()) GTEST_SKIP() << "there are no shared/data/transforms/examples.jsonl above this folder";
  const Checked checked = check(example, "");
  ASSERT_NE(checked.hub, nullptr);
  std::ifstream file(path);
  std::map<std::string, int> cases;
  for (std::string line; std::getline(file, line);) {
    const Json row = parse_json(line).value();
    for (const Reads& reads : example_reads) {
      if (row["kind"].text() != reads.kind || row["options"] != parse_json(reads.options).value()) continue;
      const Json input = row.find("input_json") ? parse_json(row["input_json"].text()).value() : row["input"];
      const mapping::Mapping& mapping = checked.hub->mappings.at(MappingName(reads.mapping));
      const auto field =
          std::ranges::find_if(mapping.fields, [&](const auto& m) { return m.field.text == reads.field; });
      ASSERT_NE(field, mapping.fields.end());
      mapping::Mapping alone = mapping;  // of this field
      alone.fields = {*field};
      alone.where.reset();
      const mapping::ReadOutcome read = mapping::read(alone, record_of(*field, input));
      const std::string where = row["id"].text() + " by " + reads.mapping;
      const Json wanted = expected(reads, row, input);
      if (const Json* error = wanted.find("error")) {
        ASSERT_EQ(read.errors.size(), 1u) << where;
        EXPECT_EQ(code_text(read.errors[0].error.code), error->text()) << where;
      } else {
        EXPECT_TRUE(read.errors.empty()) << where;
        const auto value = read.values.find(reads.field);
        EXPECT_EQ(value == read.values.end() ? Json() : value->second, wanted["value"]) << where;
      }
      ++cases[reads.kind];
    }
  }
  EXPECT_EQ(cases.size(), 5u);
  EXPECT_GT(cases["phone.normalise"], 20);
}

// ---- the guide's examples: nothing in them is a mistake of form, whether it works yet or not

// The fenced blocks of the guide by what they declare: "hub", "environment", "flow"…
std::map<std::string, Texts> blocks(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  std::map<std::string, Texts> found;
  const std::string all = text.str();
  for (std::size_t at = all.find("```yaml\n"); at != std::string::npos; at = all.find("```yaml\n", at)) {
    at += 8;
    const std::size_t end = all.find("```", at);
    const std::string block = all.substr(at, end - at);
    found[block.substr(0, block.find(':'))].push_back(block);
    at = end + 3;
  }
  return found;
}

TEST(Example, EveryExampleOfTheGuideHasTheShapeOfItsKind) {
  std::string guide = "docs/hub-files.md";
  if (!fs::exists(guide)) guide = "../shared/design/hub-files.md";
  if (!fs::exists(guide)) guide = "../../shared/design/hub-files.md";
  if (!fs::exists(guide)) GTEST_SKIP() << "the guide to hub files is not here";
  const std::map<std::string, std::pair<std::string, const Shape& (*)()>> kinds = {
      {"hub", {"hub.yaml", hub_shape}},
      {"environment", {"environments/staging.yaml", environment_shape}},
      {"system", {"systems/hubspot.yaml", system_shape}},
      {"entity", {"entities/contact.yaml", entity_shape}},
      {"mapping", {"mappings/xero.contacts.yaml", mapping_shape}},
      {"flow", {"flows/x.yaml", flow_shape}},
      {"roles", {"access.yaml", access_shape}},
      {"channels", {"alerts.yaml", alerts_shape}}};
  const auto found = blocks(guide);
  std::size_t judged = 0;
  for (const auto& [kind, texts] : found) {
    const auto known = kinds.find(kind);
    ASSERT_NE(known, kinds.end()) << "a block that begins with " << kind;
    for (const std::string& text : texts) {
      const auto node = parse_yaml(known->second.first, text);
      ASSERT_TRUE(node) << to_text(node.error());
      Findings findings;
      judge(*node, known->second.second(), findings);
      for (const Finding& finding : findings.sorted()) ADD_FAILURE() << to_text(finding.error);
      ++judged;
    }
  }
  EXPECT_GE(judged, 11u);
}

// The guide's folder as a whole, with what it leaves out (two systems, a company) made up: nothing is silently passed
// over.
TEST(Example, TheGuidesHubIsAcceptedOrSaysPlainlyWhatDoesNotWorkYet) {
  std::string guide = "docs/hub-files.md";
  if (!fs::exists(guide)) guide = "../shared/design/hub-files.md";
  if (!fs::exists(guide)) guide = "../../shared/design/hub-files.md";
  if (!fs::exists(guide)) GTEST_SKIP() << "the guide to hub files is not here";
  const auto found = blocks(guide);
  std::vector<HubFile> files = {{"hub.yaml", found.at("hub")[0]},
                                {"environments/staging.yaml", found.at("environment")[0]},
                                {"systems/hubspot.yaml", found.at("system")[0]},
                                {"entities/contact.yaml", found.at("entity")[0]},
                                {"mappings/xero.contacts.yaml", found.at("mapping")[0]},
                                {"access.yaml", found.at("roles")[0]},
                                {"alerts.yaml", found.at("channels")[0]}};
  for (std::size_t i = 0; i < found.at("flow").size(); ++i)
    files.push_back({"flows/" + std::to_string(i) + ".yaml", found.at("flow")[i]});
  Texts codes;
  for (const Finding& finding : check_files(files, "", shipped_manifest).findings)
    if (finding.error.code == Code::NotBuilt) codes.push_back(to_text(finding.error));
  const auto says = [&](std::string_view part) {
    return std::any_of(codes.begin(), codes.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
  };
  for (const char* part :
       {"witness", "likely", "events to apps", "experiences", "alerts.yaml", "retention from an event"})
    EXPECT_TRUE(says(part)) << part;
}

}  // namespace
}  // namespace linchpin::model
