// For tests of who is who: people whom two systems know, entered one at a time or found by a first load, and what the
// hub makes of them, told without ids and times.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <span>

#include "base/crypto.hpp"
#include "model/draft.hpp"
#include "model/embedded.hpp"
#include "sim/small_records.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

// The example's hub, which then looks for likely pairs too; without bars, by its rules alone.
inline std::shared_ptr<const model::Hub> likely_hub(const std::string& bars = "review: 0.50",
                                                    const std::string& mode = "live", const std::string& protect = "") {
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates()) {
    if (!file.name.ends_with(".yaml")) continue;
    std::string text(file.text);
    if (const std::size_t at = text.find("  shared: 3");
        file.name.ends_with("entities/contact.yaml") && at < text.size())
      text.insert(at, bars.empty() ? ""
                                   : "  likely: { compare: [given_name, family_name, email, phone, date_of_birth], " +
                                         bars + " }\n");
    if (const std::size_t at = text.find("  shared: 3");
        file.name.ends_with("entities/contact.yaml") && at < text.size() && !protect.empty())
      text.insert(at, "  protect: [" + protect + "]\n");
    if (mode != "live" && file.name.find("flows/") != std::string_view::npos)
      text += "mode: " + (file.name.ends_with("/clients.yaml") ? mode : std::string("off")) + "\n";
    files.push_back({std::string(file.name), std::move(text)});
  }
  return model::check_files(files, "staging", model::shipped_manifest).hub;
}

struct Client {
  int person;
  bool in_crm;
  const char *given, *family, *email, *phone;
};

class ClientBook : public testing::Test {
 protected:
  void make(std::shared_ptr<const model::Hub> hub) {
    auto made = World::make({.seed = 5, .hub = std::move(hub)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    of.clear();
    const Json app = world->ask(Json::object({{"command", "app.add"}, {"name", "looker"}})).value_or(Json());
    token = to_hex(as_text(sha256(app["token"].text())));
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(std::chrono::minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  void enter(const Client& c) {
    const Json fields =
        c.in_crm ? in_hubspot("", c.given, c.family, c.email, ("0" + std::string(c.phone)).c_str())["properties"]
                 : in_xero("", c.given, c.family, c.email, c.phone).with("Name", std::string(c.email));
    const Result<Json> entered = world->edit(c.in_crm ? "hubspot" : "xero", c.in_crm ? "contacts" : "Contacts", "",
                                             c.in_crm ? fields : without_id(fields));
    ASSERT_TRUE(entered) << to_text(entered.error());
    of[(*entered)[c.in_crm ? "id" : "ContactID"].text()] = &c;
  }
  // All are there before the hub first looks.
  void first_load(std::span<const Client> clients) {
    for (const Client& c : clients) enter(c);
    settle();
  }
  // Each when what came before is settled, and the process ends in between.
  void one_at_a_time(const std::vector<const Client*>& order, std::mt19937_64& chance) {
    settle();
    for (const Client* c : order) {
      enter(*c);
      ASSERT_TRUE(world->run_for(std::chrono::milliseconds(chance() % 3000)));
      if (chance() % 2 == 0) ASSERT_TRUE(world->crash());
      ASSERT_TRUE(world->run_for(std::chrono::minutes(2)));
      settle();
    }
  }
  // The same clients in some other orders, each into a hub that knows nobody: then `look`.
  void shuffled(const std::shared_ptr<const model::Hub>& hub, std::span<const Client> clients, int shuffles,
                std::uint64_t seed, auto&& look) {
    std::vector<const Client*> order;
    for (const Client& c : clients) order.push_back(&c);
    std::mt19937_64 chance(seed);
    for (int shuffle = 0; shuffle < shuffles; ++shuffle) {
      SCOPED_TRACE("shuffle " + std::to_string(shuffle));
      std::shuffle(order.begin(), order.end(), chance);
      make(hub);
      one_at_a_time(order, chance);
      look();
    }
  }
  static Json without_id(const Json& record) {
    Json::Object kept;
    for (const auto& [name, value] : record.members())
      if (name != "ContactID" && name != "UpdatedDateUTC") kept.emplace_back(name, value);
    return kept;
  }
  Json open() { return world->ask(Json::object({{"command", "review.list"}})).value_or(Json())["items"]; }
  void answer(const Json& review, const char* how) {
    const auto answered =
        world->ask(Json::object({{"command", std::string("review.") + how}, {"id", review["id"]}, {"by", "mia"}}));
    ASSERT_TRUE(answered) << to_text(answered.error());
    settle();
  }
  Json goldens() {
    return world
        ->ask(Json::object({{"command", "process.list"}, {"entity", "contact"}, {"token", token}, {"limit", 500}}))
        .value_or(Json())["items"];
  }
  const Client* client(const Json& record) const {
    static const Client stranger{};
    const auto at = of.find(record.text());
    return at == of.end() ? &stranger : at->second;  // whom the hub has made
  }
  // Who knows the people answers what is asked: whom the golden record's first link is of.
  void answer_all() {
    for (int round = 0; round < 40; ++round) {
      const Json asked = open();
      if (asked.items().empty()) return;
      const Json& one = asked[0];
      ASSERT_EQ(one["kind"].text(), "match") << pretty(one);
      int person = 0;
      for (const Json& golden : goldens().items())
        if (golden["id"] == one["golden"])
          for (const Json& link : golden["links"].items()) person = std::max(person, client(link["record"])->person);
      answer(one, client(one["record"])->person == person ? "accept" : "reject");
    }
    FAIL() << "there is no end to the questions: " << pretty(open());
  }
  static std::string name_of(const Client& c) { return (c.in_crm ? "crm:" : "books:") + std::string(c.email); }
  static std::string joined(const std::set<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += part + "; ";
    return text;
  }
  // The golden records by whose records they are, with their values; no ids, no times, nor who said a value last: a
  // record that is entered later is a later one.
  std::set<std::string> partition() {
    std::set<std::string> all;
    for (const Json& golden : goldens().items()) {
      std::set<std::string> parts;
      for (const Json& link : golden["links"].items()) parts.insert(name_of(*client(link["record"])));
      for (const auto& [name, field] : golden["fields"].members()) parts.insert(name + "=" + canonical(field["value"]));
      all.insert(joined(parts));
    }
    return all;
  }
  // What is asked: between which records, whichever of them came first.
  std::set<std::string> questions() {
    std::map<std::string, std::string> group;
    std::map<std::string, std::string> group_of_record;
    for (const Json& golden : goldens().items()) {
      std::set<std::string> parts;
      for (const Json& link : golden["links"].items()) parts.insert(name_of(*client(link["record"])));
      group[golden["id"].text()] = joined(parts);
      for (const Json& link : golden["links"].items()) group_of_record[link["record"].text()] = joined(parts);
    }
    std::set<std::string> all;
    for (const Json& one : open().items()) {
      const std::string& record = one["record"].text();
      const std::string a = group[one["golden"].text()];
      const std::string b =
          group_of_record.contains(record) ? group_of_record[record] : name_of(*client(one["record"])) + " waits";
      EXPECT_TRUE(all.insert(std::min(a, b) + "? " + std::max(a, b)).second) << "asked twice: " << a << b;
    }
    return all;
  }

  std::unique_ptr<World> world;
  std::string token;                        // its digest, as the process tier asks
  std::map<std::string, const Client*> of;  // by record
};

}  // namespace linchpin::sim
