// The number of fields on which systems disagree, held against a comparison from outside: what an app is told is the
// golden record, and what the vendors say they hold, compared by the judge's own few rules.
#include "sim/random.hpp"
#include "sim/small_practice.hpp"
#include "sim/told.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Discrepancy : public SmallPractice {
 protected:
  std::int64_t counted() {
    std::int64_t all = 0;
    for (const Json& row : ask(Json::object({{"command", "table"}}))["rows"].items())
      if (row["entity"].text() == "contact") all += row["discrepant_fields"].integer().value_or(-1'000'000);
    return all;
  }
  // Fields that a system does not take, since somebody else there has the value: until a person answers they differ.
  std::int64_t asked_about() {
    std::int64_t fields = 0;
    for (const Json& review : ask(Json::object({{"command", "review.list"}}))["items"].items())
      fields += review["kind"].text() == "unique_taken";
    return fields;
  }
  static std::string stage_in(Site site, const std::string& stage) {
    if (site == Site::Xero) return stage == "former" ? "ARCHIVED" : "ACTIVE";
    return stage == "client" ? "customer" : stage == "former" ? "other" : stage;
  }
  static std::string name_of(const Json& contact) {  // without the suffix of a second one
    std::string name = contact["Name"].text();
    if (const std::size_t at = name.find(" ("); at != std::string::npos) name.erase(at);
    return name;
  }
  // By record, as the vendors say themselves.
  static std::map<std::string, Json> raw(const Json& list, const char* id) {
    std::map<std::string, Json> found;
    for (const Json& record : list.items()) found.emplace(record[id].text(), record);
    return found;
  }
  std::int64_t outside() {
    const Json contacts = state("hubspot", "contacts"), accounts = state("xero", "Contacts");
    const std::map<std::string, Json> crm = raw(contacts, "id"), books = raw(accounts, "ContactID");
    std::int64_t differ = 0;
    const auto told = app->contacts();
    EXPECT_TRUE(told);
    for (const Told& person : *told) {
      const auto golden = [&](const char* field) { return person.fields[field]["value"].text(); };
      for (const auto& [site, records] : person.links)
        for (const std::string& id : records) {
          const std::map<std::string, Json>& there = site == Site::Hubspot ? crm : books;
          const auto at = there.find(id);
          if (at == there.end() || (site == Site::Hubspot && at->second["archived"].boolean())) continue;
          Held held = held_in(site, at->second);
          for (const Field field : shared_fields)
            differ += held.values[field] != comparable(field, golden(std::string(to_text(field)).c_str()));
          differ += held.values[Field::Stage] != stage_in(site, golden("lifecycle_stage"));
          if (site == Site::Xero) differ += name_of(at->second) != golden("full_name");
          if (site == Site::Hubspot)
            differ += held.verification != golden("verification") &&
                      !(held.verification.empty() && golden("verification") == "none");
          if (site == Site::Hubspot)
            differ += parse_rfc3339(at->second["properties"]["identity_verified_at"].text()).value_or(Instant{}) !=
                      parse_rfc3339(golden("verified_at")).value_or(Instant{});
        }
    }
    return differ;
  }
  // Records of people that are there and that the hub has linked to nobody: on what they hold it would not disagree.
  std::int64_t lost() {
    std::map<Site, std::set<std::string>> linked;
    const auto told = app->contacts();
    EXPECT_TRUE(told);
    for (const Told& person : *told)
      for (const auto& [site, records] : person.links) linked[site].insert(records.begin(), records.end());
    std::int64_t lost = 0;
    const Json contacts = state("hubspot", "contacts"), accounts = state("xero", "Contacts");
    for (const auto& [id, contact] : raw(contacts, "id"))
      lost += !contact["archived"].boolean() && !linked[Site::Hubspot].contains(id);
    for (const auto& [id, account] : raw(accounts, "ContactID"))
      lost += !account["FirstName"].text().empty() && account["MergedToContactID"].text().empty() &&
              !linked[Site::Xero].contains(id);
    return lost;
  }
  // Somebody is edited somewhere.
  void somebody_edits() {
    const bool crm = chance->chance(0.5);
    const Json all = state(crm ? "hubspot" : "xero", crm ? "contacts" : "Contacts");
    const Json& one = all[chance->below(all.items().size())];
    const bool person = crm || !one["FirstName"].text().empty();
    const bool here = crm ? !one["archived"].boolean() : one["ContactStatus"].text() == "ACTIVE";
    if (!person || !here) return;
    const std::string number = "0491 57" + std::to_string(1000 + edits++);
    const Json phone =
        crm ? Json::object({{"phone", number}})
            : Json::object({{"Phones", Json::list({Json::object({{"PhoneType", "MOBILE"},
                                                                 {"PhoneCountryCode", "61"},
                                                                 {"PhoneAreaCode", ""},
                                                                 {"PhoneNumber", number.substr(1)}})})}});
    const Json name =
        Json::object({{"firstname", Json("Avery" + std::string(1, static_cast<char>(0x61 + edits % 26)))}});
    const bool renames = crm && chance->chance(0.5);
    ASSERT_TRUE(world->edit(crm ? "hubspot" : "xero", crm ? "contacts" : "Contacts",
                            one[crm ? "id" : "ContactID"].text(), renames ? name : phone));
  }
  // In each system somebody is put away; and two records of one person are made one.
  void tidies() {
    const Json all = state("hubspot", "contacts");
    ASSERT_TRUE(world->edit("hubspot", "contacts", all[chance->below(all.items().size())]["id"].text(),
                            Json::object({{"archived", true}})));
    const Json accounts = state("xero", "Contacts");
    const Json& one = accounts[chance->below(accounts.items().size())];
    const std::string second = "Second " + std::to_string(edits++);
    const auto made = world->edit("xero", "Contacts", "",
                                  Json::object({{"Name", second}, {"FirstName", "Second"}, {"LastName", second}}));
    ASSERT_TRUE(made);
    if (one["MergedToContactID"].text().empty() && one["ContactStatus"].text() == "ACTIVE")
      ASSERT_TRUE(world->edit("xero", "Contacts", (*made)["ContactID"].text(),
                              Json::object({{"MergedToContactID", one["ContactID"].text()}})));
  }

  std::unique_ptr<App> app;
  std::optional<Random> chance;
  int edits = 0;
};

TEST_F(Discrepancy, ItIsWhatAComparisonFromOutsideFindsAndAWalkEndsIt) {
  open({.seed = 7, .people = 80});
  app = std::make_unique<App>(*world, "outside");
  chance.emplace(7);
  const auto faults = [&](bool leaves_out) {
    Json all = Json::object({{"webhook_drop", Json(Json::Number{"0.05"})}, {"index_lag_s", 30}});
    if (leaves_out) all = all.with("left_out", 1);
    for (const char* vendor : {"hubspot", "xero", "idcheck"})
      ASSERT_TRUE(world->vendor(vendor).set_faults(all, world->now()));
  };
  std::int64_t paused_most = 0;
  const std::int64_t restarts = world->restarts();
  for (int round = 0; round < 12; ++round) {
    const bool paused = round % 4 == 2;
    const std::string verb = paused ? "pause" : "resume";
    ask(Json::object({{"command", verb}, {"flow", "clients"}, {"by", "mia"}}));
    faults(round % 3 == 1);
    for (int minute = 0; minute < 5; ++minute) {
      for (int i = 0; i < 4; ++i) somebody_edits();
      ASSERT_TRUE(world->run_for(minutes(1)));
    }
    EXPECT_EQ(lost(), 0) << "round " << round << ", of records that answers left out without a word";
    faults(false);
    tidies();
    ask(Json::object({{"command", "reconcile"}}));
    settle();
    wait(minutes(1));
    settle();
    const std::int64_t count = counted();
    EXPECT_EQ(count, outside()) << "round " << round;
    EXPECT_EQ(lost(), 0) << "round " << round;
    if (paused)
      paused_most = std::max(paused_most, count);
    else
      EXPECT_EQ(count, asked_about()) << "round " << round;
  }
  EXPECT_GT(paused_most, 5) << "what is held back is counted";
  EXPECT_EQ(world->restarts(), restarts);
}

TEST_F(Discrepancy, WhatASystemWasEmptiedOfIsCountedAndPutBackByARepair) {
  open({.seed = 7, .people = 40});
  ASSERT_EQ(counted(), 0);
  const std::string name = in_hubspot()["lastname"].text(), email = in_xero()["EmailAddress"].text();
  ASSERT_FALSE(name.empty() || email.empty());
  edit_in_hubspot(Json::object({{"lastname", ""}}));
  edit_in_xero(Json::object({{"EmailAddress", ""}}));
  wait(minutes(3));
  ask(Json::object({{"command", "reconcile"}}));
  settle();
  EXPECT_EQ(counted(), 2);
  EXPECT_EQ(in_xero()["LastName"].text(), name) << "to empty a field is no write";
  ask(Json::object({{"command", "reconcile"}, {"repair", true}}));
  settle();
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero()["EmailAddress"].text(), email);
  EXPECT_EQ(in_hubspot()["lastname"].text(), "") << "its own";
  EXPECT_EQ(counted(), 1);
  edit_in_hubspot(Json::object({{"lastname", name}}));
  wait(minutes(3));
  settle();
  EXPECT_EQ(counted(), 0);
}

}  // namespace
}  // namespace linchpin::sim
