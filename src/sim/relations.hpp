// For tests of the whole line: the example of companies, the people in them, and what they are invoiced.
#pragma once

#include <gtest/gtest.h>

#include "model/draft.hpp"
#include "model/hub.hpp"
#include "sim/small_records.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

inline const std::string john = "50000001037", acme = "50000002001", bolt = "50000002002";
inline const std::string joan = "8f1c0000-0000-4000-8000-000000000001", books = "8f1c0000-0000-4000-8000-000000000002";

inline Json company(const std::string& id, const char* name, const char* abn, const char* phone = "0298761234") {
  return Json::object({{"id", id},
                       {"properties", Json::object({{"name", name}, {"domain", ""}, {"abn", abn}, {"phone", phone}})},
                       {"createdAt", "2026-01-05T00:00:00.000Z"},
                       {"updatedAt", "2026-01-05T00:00:00.000Z"},
                       {"archived", false}});
}
inline Json account(const std::string& id, const char* name, const char* abn) {
  const Json phone = Json::object(
      {{"PhoneType", "DEFAULT"}, {"PhoneCountryCode", "61"}, {"PhoneAreaCode", "2"}, {"PhoneNumber", "98761234"}});
  return Json::object({{"ContactID", id},
                       {"ContactStatus", "ACTIVE"},
                       {"Name", name},
                       {"TaxNumber", abn},
                       {"Phones", Json::list({phone})},
                       {"UpdatedDateUTC", "/Date(1767571200000+0000)/"}});
}
inline Json associated(const std::string& contact, const std::string& with) {
  return Json::list({Json::object({{"from", Json::object({{"object", "contacts"}, {"id", contact}})},
                                   {"to", Json::object({{"object", "companies"}, {"id", with}})},
                                   {"typeId", 1}})});
}

class Relations : public testing::Test {
 protected:
  struct Edit {
    std::string file, from, to;
  };
  // The example's files, edited.
  static std::shared_ptr<const model::Hub> hub(const std::vector<Edit>& edits) {
    model::Findings findings;
    std::vector<model::HubFile> files = model::read_folder("examples/companies-and-people", findings);
    for (const Edit& edit : edits)
      for (model::HubFile& file : files) {
        const std::size_t at = file.name == edit.file ? file.text.find(edit.from) : std::string::npos;
        if (at != std::string::npos) file.text.replace(at, edit.from.size(), edit.to);
        EXPECT_TRUE(file.name != edit.file || at != std::string::npos) << edit.from;
      }
    const model::Checked checked = model::check_files(files, "staging", model::shipped_manifest);
    EXPECT_TRUE(checked.hub) << (checked.findings.empty() ? "" : to_text(checked.findings.front().error));
    return checked.hub;
  }
  // A text of Xero's that is told when it is blank, too, keeps the company's own id; who said it last is right.
  static std::shared_ptr<const model::Hub> both_ways() {
    const char* company =
        "  company: { at: BankAccountDetails, as: ref(record), why: Xero has no relation between contacts }\n";
    return hub(
        {{"mappings/xero.contacts.yaml", "  email: EmailAddress\n", std::string("  email: EmailAddress\n") + company},
         {"mappings/xero.contacts.yaml", "entity: contact\n", "entity: contact\nnull: clear\n"},
         {"mappings/hubspot.contacts.yaml", "entity: contact\n", "entity: contact\nnull: clear\n"},
         {"entities/contact.yaml", "class: internal, owner: hubspot }", "class: internal, survivorship: recency }"}});
  }
  void make(std::shared_ptr<const model::Hub> files, const Json& crm, const Json& accounts) {
    auto made = World::make({.seed = 5, .hub = std::move(files)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const auto seeded = world->vendor("hubspot").seed(crm, world->now());
    ASSERT_TRUE(seeded) << to_text(seeded.error());
    ASSERT_TRUE(world->vendor("xero").seed(accounts, world->now()));
    settle();
  }
  static Json crm(Json::List contacts, Json::List companies) {
    return Json::object(
        {{"objects", Json::object({{"contacts", std::move(contacts)}, {"companies", std::move(companies)}})}});
  }
  static Json john_in_hubspot() { return in_hubspot(john, "John", "Carter", "john@x.example", "0429 744 982"); }
  static Json john_in_xero() { return in_xero(joan, "John", "Carter", "john@x.example", "429744982"); }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(std::chrono::minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Json ask(const Json& command) {
    const Result<Json> answer = world->ask(command);
    if (!answer) ADD_FAILURE() << to_text(answer.error());
    return answer.value_or(Json());
  }
  Json explained(const std::string& id, const std::string& field = "company", const std::string& entity = "contact") {
    return ask(Json::object({{"command", "explain"}, {"entity", entity}, {"id", id}, {"field", field}}));
  }
  std::string golden(const std::string& id, const std::string& entity) {
    return explained(id, entity == "company" ? "name" : "email", entity)["id"].text();
  }
  Json state(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object];
  }
  Json xero(const std::string& id) {
    const Json all = state("xero", "Contacts");
    for (const Json& one : all.items())
      if (one["ContactID"].text() == id) return one;
    return {};
  }
  std::string xero_named(const char* name) {
    const Json all = state("xero", "Contacts");
    for (const Json& one : all.items())
      if (one["Name"].text() == name) return one["ContactID"].text();
    return "";
  }
  std::string hubspot_named(const char* object, const char* property, const char* value) {
    const Json all = state("hubspot", object);
    for (const Json& one : all.items())
      if (one["properties"][property].text() == value) return one["id"].text();
    return "";
  }
  // The primary company of a contact in HubSpot, "" for none.
  std::string primary_of(const std::string& contact) {
    const Json whole = world->vendor("hubspot").state(world->now());
    for (const Json& one : whole["associations"].items())
      if (one["from"]["object"].text() == "contacts" && one["from"]["id"].number_text() == contact &&
          one["typeId"].integer() == 1)
        return one["to"]["id"].number_text();
    return "";
  }
  void associate(const std::string& contact, const Json& with) {
    const auto edited = world->edit("hubspot", "contacts", contact,
                                    Json::object({{"associations", Json::object({{"companies", with}})}}));
    ASSERT_TRUE(edited) << to_text(edited.error());
  }

  std::unique_ptr<World> world;
};

}  // namespace linchpin::sim
