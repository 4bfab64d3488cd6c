// A plan and its apply, with something between them or not, at each step of its way through the hub: the apply is
// refused from the step on at which the hub knows of it, and what is applied is what was planned, record for record.
#include <functional>
#include <set>

#include "sim/held.hpp"
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

constexpr int steps_most = 400;  // a change is known by then
constexpr int at_rest = 100;     // and everything that it leads to is done

class Interleaved : public SmallPractice {
 protected:
  using Hub = std::shared_ptr<const model::Hub>;

  // HubSpot and Xero are linked, and nothing has been written.
  void link(int people) {
    const auto hub = hub_of(0, "link");
    ASSERT_TRUE(hub) << to_text(hub.error());
    open({.seed = 11, .people = people, .hub = *hub});
    before = seen();
    moved.clear();
  }
  static Hub live() { return hub_of(0, "live").value(); }
  Json plan(const Hub& next) {
    const Result<Json> planned = world->engine().plan(*next, true);
    EXPECT_TRUE(planned) << to_text(planned.error());
    return planned.value_or(Json());
  }
  // What would be written, and how much is asked about.
  static std::string content(const Json& planned) {
    std::string text = canonical(planned["writes"]);
    for (const Json& system : planned["systems"].items()) text += "/" + system["reviews"].number_text();
    return text;
  }
  // As a hub that runs does it: no step between the plan and the switch.
  bool apply(const Hub& next, const std::string& hash) {
    if (plan(next)["hash"].text() != hash) return false;
    EXPECT_TRUE(world->change_hub(next));
    return true;
  }
  std::size_t versions() { return ask(Json::object({{"command", "register"}}))["items"].items().size(); }
  void steps(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(world->step());
  }

  // What people see of each record; the hub's id in those that it made.
  using Seen = std::map<std::pair<std::string, std::string>, Held>;
  Seen seen() {
    Seen all;
    for (const Site site : all_sites)
      for (const auto& [id, held] : holdings(site, world->vendor(std::string(to_text(site))).state(world->now())))
        all.emplace(std::pair(std::string(to_text(site)), id), held);
    return all;
  }
  bool is_moved(const Held& held) const {
    return std::ranges::any_of(held.values, [](const auto& value) { return value.second == "Zyqovex"; });
  }

  // Everything that was planned was written, and nothing else; but for who was moved meanwhile.
  void expect_as_planned(const Json& planned) {
    std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> updates;
    std::set<std::pair<std::string, std::string>> creates, created;
    for (const Json& write : planned["writes"].items()) {
      const std::string &system = write["system"].text(), &record = write["record"].text();
      if (record.empty())
        creates.insert({system, write["golden"].text()});
      else
        updates[{system, record}][write["field"].text()] = write["after"].text();
    }
    const Seen after = seen();
    for (const auto& [where, held] : after) {
      if (moved.contains(where.second) || is_moved(held)) continue;
      const auto was = before.find(where);
      if (was == before.end()) {
        EXPECT_TRUE(creates.contains({where.first, held.golden})) << where.first << " " << where.second;
        EXPECT_TRUE(created.insert({where.first, held.golden}).second) << "twice";
        continue;
      }
      const auto planned_there = updates.find(where);
      for (const Field field : shared_fields) {
        const std::string name(to_text(field));
        const std::string &then = was->second.values[field], now = after.at(where).values.at(field);
        if (planned_there != updates.end() && planned_there->second.contains(name))
          EXPECT_EQ(now, comparable(field, planned_there->second.at(name))) << where.first << " " << where.second;
        else
          EXPECT_EQ(now, then) << where.first << " " << where.second << " " << name;
      }
    }
    for (const auto& one : creates) EXPECT_TRUE(created.contains(one)) << one.first << " " << one.second;
  }

  enum class Known { AtOnce, Later, Never };  // Later: by a webhook. Never: nothing that is written hangs on it
  struct Move {
    const char* what;
    Known known;
    std::function<void()> make;
  };
  std::vector<Move> moves() {
    const Json name = Json::object({{"firstname", "Avery"}, {"lastname", "Zyqovex"}});
    const Json phone = Json::list({Json::object(
        {{"PhoneType", "MOBILE"}, {"PhoneCountryCode", ""}, {"PhoneAreaCode", ""}, {"PhoneNumber", "491570156"}})});
    return {
        {"an edit in HubSpot", Known::Later, [=, this] { edit_in_hubspot(name); }},
        {"an edit in Xero", Known::Later, [=, this] { edit_in_xero(Json::object({{"Phones", phone}})); }},
        {"an edit of what HubSpot owns", Known::Never,
         [=, this] { edit_in_xero(Json::object({{"FirstName", "Avery"}})); }},
        {"a newcomer", Known::Later,
         [=, this] {
           ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                                   name.with("email", "noor@x.example").with("lifecyclestage", "customer")));
         }},
        {"a record that is deleted", Known::Later, [this] { edit_in_hubspot(Json::object({{"archived", true}})); }},
        {"a pin", Known::AtOnce, [this] { pin("given_name", "Pinned"); }},
        {"another version", Known::AtOnce, [] {}},
    };
  }
  void make(const Move& move) {
    moved = {hubspot, xero};
    if (move.what == std::string("another version")) {
      const auto shadow = hub_of(0, "shadow");
      ASSERT_TRUE(shadow);
      ASSERT_TRUE(world->change_hub(*shadow));
    }
    move.make();
  }

  Seen before;
  std::set<std::string> moved;  // records that others have changed
};

TEST_F(Interleaved, WithNothingBetweenTheApplyIsWhatWasPlannedAtEveryStep) {
  for (const int after : {0, 1, 3, 17, 60}) {
    SCOPED_TRACE(after);
    link(40);
    const Json planned = plan(live());
    ASSERT_GT(planned["writes"].items().size(), 10u);
    if (after == 3) ASSERT_TRUE(world->crash());
    steps(after);
    ASSERT_TRUE(apply(live(), planned["hash"].text())) << "nothing has moved";
    settle();
    expect_as_planned(planned);
    EXPECT_TRUE(plan(live())["writes"].items().empty());
  }
}

// One world for each step of each change. A change in a vendor is not known at once, and the apply that comes before is
// of what was known: the change follows it like any other.
TEST_F(Interleaved, WithAChangeBetweenItIsRefusedFromTheStepOnAtWhichItIsKnown) {
  link(20);
  const std::vector<Move> all = moves();
  for (std::size_t which = 0; which < all.size(); ++which) {
    SCOPED_TRACE(all[which].what);
    // At which step does what would be written change? Then it is refused, and as long as it does not it is not.
    link(20);
    const Json planned = plan(live());
    const std::string hash = planned["hash"].text();
    make(all[which]);
    int known_at = -1;
    std::set<std::string> hashes{hash}, contents{content(planned)};
    for (int step = 0; step < steps_most; ++step) {
      const Json now = plan(live());
      const bool other_version = now["version"] != planned["version"];
      const bool is_new = contents.insert(content(now)).second;
      if (!other_version)
        EXPECT_EQ(hashes.insert(now["hash"].text()).second, is_new) << "the hash is of what would be written";
      if (known_at < 0 && now["hash"].text() != hash) known_at = step;
      if (known_at >= 0) EXPECT_NE(now["hash"].text(), hash) << "what has moved does not move back";
      if (known_at >= 0 && step > known_at + 10) break;
      ASSERT_TRUE(world->step());
    }
    if (all[which].known == Known::AtOnce) EXPECT_EQ(known_at, 0);
    if (all[which].known == Known::Later) EXPECT_GT(known_at, 0);
    ASSERT_EQ(known_at < 0, all[which].known == Known::Never) << "when is it known?";
    if (all[which].known == Known::Never) known_at = steps_most;

    for (int after = 0; after <= std::min(known_at + 1, steps_most - 1); ++after) {
      if (after > 6 && after < known_at - 4 && after % 40 > 0) continue;  // it waits for the vendor to tell
      SCOPED_TRACE(after);
      link(20);
      ASSERT_EQ(plan(live())["hash"].text(), hash) << "the same world";
      const std::size_t register_before = versions();
      make(all[which]);
      steps(after);
      const std::size_t register_now = versions();
      const Seen there = seen();
      const bool applied = apply(live(), hash);
      EXPECT_EQ(applied, after < known_at);
      if (applied) {
        settle();
        expect_as_planned(planned);
        EXPECT_TRUE(plan(live())["writes"].items().empty()) << "and the change has followed";
        continue;
      }
      steps(at_rest);
      EXPECT_EQ(versions(), register_now) << "nothing was applied";
      EXPECT_EQ(register_now, register_before + (all[which].what == std::string("another version") ? 1 : 0));
      const Seen still = seen();
      EXPECT_EQ(there.size(), still.size()) << "nothing was written";
      for (const auto& [where, held] : there) EXPECT_EQ(held.values, still.at(where).values) << where.second;
    }
  }
}

TEST_F(Interleaved, WithOtherFilesItIsRefused) {
  link(20);
  const std::string hash = plan(live())["hash"].text();
  for (const char* file : {"entities/contact.yaml", "flows/clients.yaml", "mappings/xero.contacts.yaml", "hub.yaml"}) {
    bool touched = false;
    const auto other = example_hub([&](const std::string& name, std::string& text) {
      if (name.ends_with(file)) text += "# another file\n", touched = true;
    });
    ASSERT_TRUE(other) << to_text(other.error());
    ASSERT_TRUE(touched) << file;
    EXPECT_FALSE(apply(*other, hash)) << file;
  }
  EXPECT_TRUE(apply(live(), hash)) << "as they were";
}

}  // namespace
}  // namespace linchpin::sim
