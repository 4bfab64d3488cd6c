// What a plan promises, with the whole line in the simulated world: on data that does not change, what is written is
// what was planned, record for record, in about as many calls; and whatever moves in between, the plan's hash says so.
#include <functional>
#include <set>

#include "sim/held.hpp"
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Planned : public SmallPractice {
 protected:
  void link(int people) {
    const auto hub = hub_of(0, "link");
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.seed = 11, .people = people, .hub = *hub});
  }
  Json plan(const std::function<void(const std::string& name, std::string& text)>& edit = {}) {
    const auto next = edit ? example_hub(edit) : hub_of(0, "live");
    EXPECT_TRUE(next) << to_text(next.error());
    const Result<Json> planned = world->engine().plan(**next, true);
    EXPECT_TRUE(planned) << to_text(planned.error());
    return planned.value_or(Json());
  }
  void apply() {
    const auto hub = hub_of(0, "live");
    ASSERT_TRUE(hub);
    ASSERT_TRUE(world->change_hub(*hub));
    settle();
  }
  // Requests that write records.
  std::int64_t calls(const std::string& system) {
    const auto& log = world->vendor(system).log();
    return std::count_if(log.begin(), log.end(), [](const auto& l) {
      const bool in_hubspot =
          l.target.find("/batch/upsert") != std::string::npos || l.target.find("/batch/update") != std::string::npos;
      return in_hubspot || (l.target.find("/Contacts") != std::string::npos && l.method != "GET");
    });
  }
  static Json of(const Json& systems, const std::string& name) {
    for (const Json& system : systems.items())
      if (system["system"].text() == name) return system;
    return {};
  }
  // By record, what people see of it.
  std::map<std::string, std::string> seen(Site site) {
    std::map<std::string, std::string> all;
    for (const auto& [id, held] : holdings(site, world->vendor(std::string(to_text(site))).state(world->now()))) {
      std::string text = held.golden + held.verification;
      for (const auto& [field, value] : held.values) text += "/" + value;
      all.emplace(id, text);
    }
    return all;
  }
};

TEST_F(Planned, OnDataThatDoesNotChangeWhatIsWrittenIsWhatWasPlanned) {
  link(400);
  const Json planned = plan();
  EXPECT_EQ(planned["writes_left_out"].integer(), 0);
  std::map<Site, std::map<std::string, std::string>> before;
  std::map<std::string, std::int64_t> calls_before;
  for (const Site site : all_sites) {
    before[site] = seen(site);
    calls_before[std::string(to_text(site))] = calls(std::string(to_text(site)));
  }
  apply();
  for (const Site site : all_sites) {
    const std::string system(to_text(site));
    const Json row = of(planned["systems"], system);
    std::set<std::string> updated, created, planned_updates, planned_creates;
    const auto after = seen(site);
    for (const auto& [id, text] : after)
      if (const auto was = before[site].find(id); was == before[site].end())
        created.insert(id);
      else if (was->second != text)
        updated.insert(id);
    const Holdings now = holdings(site, world->vendor(system).state(world->now()));
    for (const Json& write : planned["writes"].items()) {
      if (write["system"].text() != system) continue;
      const std::string& record = write["record"].text();
      (record.empty() ? planned_creates : planned_updates).insert(record.empty() ? write["golden"].text() : record);
      for (const Field field : shared_fields)
        if (!record.empty() && write["field"].text() == to_text(field))
          EXPECT_EQ(now.at(record).values.at(field), comparable(field, write["after"].text()))
              << system << " " << record;
    }
    EXPECT_EQ(created.size(), planned_creates.size()) << system;
    for (const std::string& record : updated) EXPECT_TRUE(planned_updates.contains(record)) << system << " " << record;
    EXPECT_GT(planned_creates.size() + planned_updates.size(), 10u) << system;
    const std::int64_t made = calls(system) - calls_before[system], estimated = row["calls"].integer().value_or(0);
    EXPECT_LE(std::abs(made - estimated), std::max<std::int64_t>(1, estimated / 20))
        << system << ": " << made << " calls, and " << estimated << " were planned";
  }
  EXPECT_TRUE(plan()["writes"].items().empty());
}

// Each way in which the world, the hub or its files can move between a plan and its apply.
TEST_F(Planned, AHashHoldsForWhatItWasMadeOfAndForNothingElse) {
  link(100);
  const std::string first = plan()["hash"].text();
  const auto rename = [&](const char* name) { edit_in_hubspot(Json::object({{"firstname", name}})); };
  const std::vector<std::pair<const char*, std::function<void()>>> moves = {
      {"an edit in HubSpot", [&] { rename("Avery"); }},
      {"an edit in Xero",
       [&] { edit_in_xero(Json::object({{"EmailAddress", Json("moved@x.example")}, {"FirstName", Json("Moved")}})); }},
      {"a newcomer",
       [&] {
         ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                                 Json::object({{"firstname", "Noor"},
                                               {"lastname", "Zyqovex"},
                                               {"email", "noor@x.example"},
                                               {"lifecyclestage", "customer"}})));
       }},
      {"a record that is deleted", [&] { edit_in_hubspot(Json::object({{"archived", true}})); }},
      {"one that comes back", [&] { edit_in_hubspot(Json::object({{"archived", false}})); }},
      {"a pin", [&] { pin("given_name", "Pinned"); }},
      {"an answered review",
       [&] {
         const Json open = open_reviews("match");
         ASSERT_FALSE(open.items().empty());
         answer(open[0], "reject");
       }},
  };
  std::string last = first;
  for (const auto& [what, move] : moves) {
    for (const bool crash : {false, true}) {
      EXPECT_EQ(plan()["hash"].text(), last) << "nothing has moved before " << what;
      if (crash) {
        ASSERT_TRUE(world->crash());
        settle();
      }
    }
    EXPECT_EQ(plan()["hash"].text(), last) << "a restart moves nothing";
    move();
    ASSERT_TRUE(world->run_for(minutes(2)));
    settle();
    const std::string now = plan()["hash"].text();
    EXPECT_NE(now, last) << what;
    EXPECT_EQ(now.substr(0, 32), last.substr(0, 32)) << "the files and the version are the same";
    last = now;
  }
  const auto other = [](const std::string& name, std::string& text) {
    if (name.ends_with("entities/contact.yaml")) text += "# another file\n";
  };
  EXPECT_NE(plan(other)["hash"].text().substr(0, 16), last.substr(0, 16)) << "the files";
  apply();
  EXPECT_NE(plan()["hash"].text().substr(16, 16), last.substr(16, 16)) << "the version that runs";
}

}  // namespace
}  // namespace linchpin::sim
