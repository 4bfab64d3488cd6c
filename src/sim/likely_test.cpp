// Likely pairs with the whole line in the simulated world: who may be one person is asked before anything is created
// for them, and an answer outlives every rematch.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/crypto.hpp"
#include "model/draft.hpp"
#include "model/embedded.hpp"
#include "sim/hubs.hpp"
#include "sim/small_records.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

// The example's hub, which then looks for likely pairs too.
std::shared_ptr<const model::Hub> likely_hub(const std::string& bars = "review: 0.50", const std::string& mode = "live",
                                             const std::string& protect = "") {
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates()) {
    if (!file.name.ends_with(".yaml")) continue;
    std::string text(file.text);
    if (const std::size_t at = text.find("  shared: 3");
        file.name.ends_with("entities/contact.yaml") && at < text.size())
      text.insert(at, "  likely: { compare: [given_name, family_name, email, phone, date_of_birth], " + bars + " }\n" +
                          (protect.empty() ? "" : "  protect: [" + protect + "]\n"));
    if (mode != "live" && file.name.find("flows/") != std::string_view::npos)
      text += "mode: " + (file.name.ends_with("/clients.yaml") ? mode : std::string("off")) + "\n";
    files.push_back({std::string(file.name), std::move(text)});
  }
  return model::check_files(files, "staging", model::shipped_manifest).hub;
}

class Likely : public testing::Test {
 protected:
  // Rosemary is Rosie in the accounts.
  void make(std::shared_ptr<const model::Hub> hub) {
    ASSERT_TRUE(hub);
    auto made = World::make({.seed = 5, .hub = std::move(hub)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const Json crm = holding(
        "contacts", {in_hubspot("50000001037", "Rosemary", "Colefax", "rosemary.colefax@x.example", "0429 744 982"),
                     in_hubspot("50000001074", "Jane", "Kelly", "jane.kelly@x.example", "0412 704 937")});
    const Json accounts = holding(
        "Contacts",
        {in_xero("8f1c0000-0000-4000-8000-000000000001", "Rosie", "Colefax", "colefax.r@y.example", "429744982"),
         in_xero("8f1c0000-0000-4000-8000-000000000002", "Amir", "Santos", "amir@x.example", "499000111")});
    ASSERT_TRUE(world->vendor("hubspot").seed(crm, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(accounts, world->now()));
    settle();
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Json open() { return world->ask(Json::object({{"command", "review.list"}})).value_or(Json())["items"]; }
  void answer(const Json& review, const char* how) {
    ASSERT_TRUE(
        world->ask(Json::object({{"command", std::string("review.") + how}, {"id", review["id"]}, {"by", "mia"}})));
    settle();
  }
  std::size_t in(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object].items().size();
  }
  std::size_t in_both() { return in("hubspot", "contacts") * 10 + in("xero", "Contacts"); }

  std::unique_ptr<World> world;
};

TEST_F(Likely, WhoNoRuleLinksAndIsLikelyTheSameIsAskedAndNotCreatedTwice) {
  make(likely_hub());
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u);
  EXPECT_EQ(asked[0]["code"].text(), "likely");
  EXPECT_EQ(asked[0]["message"].text().find("olefax"), std::string::npos) << "no value is told";
  EXPECT_NE(asked[0]["message"].text().find("given_name near"), std::string::npos) << asked[0]["message"].text();
  EXPECT_EQ(in_both(), 33u) << "Jane and Amir are in both, Rosemary as she was";
  answer(asked[0], "accept");
  EXPECT_EQ(in_both(), 33u);
  EXPECT_TRUE(open().items().empty());
}

TEST_F(Likely, ANoIsTwoPeopleAndStaysSo) {
  make(likely_hub());
  answer(open()[0], "reject");
  EXPECT_EQ(in_both(), 44u);
  ASSERT_TRUE(world->edit("xero", "Contacts", "8f1c0000-0000-4000-8000-000000000001",
                          Json::object({{"EmailAddress", "r.colefax@y.example"}})));
  settle();
  const Json left = open();
  for (const Json& review : left.items()) EXPECT_NE(review["kind"].text(), "match") << pretty(review);
  EXPECT_EQ(in_both(), 44u);
}

TEST_F(Likely, AHubThatDoesNotAskForItLinksByRulesAlone) {
  make(hub_of(0).value());
  EXPECT_TRUE(open().items().empty());
  EXPECT_EQ(in_both(), 44u);
}

// Jane has moved to another e-mail address in the accounts: the rules find too little that agrees, and would ask.
Json jane_in_xero(const char* id, const char* name = "Jane Kelly") {
  return in_xero(id, "Jane", "Kelly", "janek77@y.example", "412704937").with("Name", name);
}

class LikelyAccepted : public Likely {
 protected:
  void make(const std::string& bars, Json::List accounts, const std::string& protect = "") {
    auto made = World::make({.seed = 5, .hub = likely_hub(bars, "live", protect)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const Json crm =
        holding("contacts", {in_hubspot("50000001074", "Jane", "Kelly", "jane.kelly@x.example", "0412 704 937")});
    ASSERT_TRUE(world->vendor("hubspot").seed(crm, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(holding("Contacts", std::move(accounts)), world->now()));
    settle();
  }
};

TEST_F(LikelyAccepted, WhoIsAboveTheBarIsLinkedAndNobodyIsAsked) {
  make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")});
  EXPECT_TRUE(open().items().empty()) << pretty(open());
  EXPECT_EQ(in_both(), 11u);
}

TEST_F(LikelyAccepted, WithoutABarOneIsAsked) {
  make("review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")});
  EXPECT_EQ(open().items().size(), 1u);
  EXPECT_EQ(in_both(), 11u);
}

TEST_F(LikelyAccepted, ASecondRecordOfOneSystemIsNeverLinkedUnasked) {
  make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001"),
                                      jane_in_xero("8f1c0000-0000-4000-8000-000000000002", "J Kelly")});
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u) << pretty(asked);
  EXPECT_EQ(asked[0]["code"].text(), "second_record");
  EXPECT_EQ(in_both(), 12u);
}

TEST_F(LikelyAccepted, WhoIsProtectedIsLinkedByAPersonOnly) {
  const auto protected_by = [&](const char* condition) {
    make("accept: 0.90, review: 0.50", {jane_in_xero("8f1c0000-0000-4000-8000-000000000001")}, condition);
    const Json asked = open();
    EXPECT_EQ(in_both(), 11u) << "nobody is created meanwhile";
    if (asked.items().empty()) return false;
    EXPECT_EQ(asked[0]["code"].text(), "protected") << pretty(asked);
    answer(asked[0], "accept");
    EXPECT_TRUE(open().items().empty());
    EXPECT_EQ(in_both(), 11u);
    return true;
  };
  EXPECT_TRUE(protected_by("verification is verified, lifecycle_stage is client"));
  EXPECT_FALSE(protected_by("lifecycle_stage is former"));
}

// They have no keys of the likely matcher yet: those are made before anything more is matched, through crashes too.
TEST_F(Likely, WhoWasLinkedBeforeTheHubAskedForItIsFoundByItAfterwards) {
  make(hub_of(0).value());
  ASSERT_TRUE(world->change_hub(likely_hub()));
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_TRUE(open().items().empty()) << pretty(open());
  ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                          Json::object({{"firstname", "Amir"},
                                        {"lastname", "Santoz"},
                                        {"email", "amir.s@z.example"},
                                        {"phone", "0499 000 111"},
                                        {"lifecyclestage", "customer"}})));
  ASSERT_TRUE(world->run_for(minutes(5)));
  settle();
  const Json asked = open();
  ASSERT_EQ(asked.items().size(), 1u) << pretty(asked);
  EXPECT_EQ(asked[0]["code"].text(), "likely");
}

// Two systems' records of one book of people, who are alike in all the ways that are hard.
struct Client {
  int person;
  bool in_crm;
  const char *given, *family, *email, *phone;
};
const Client clients[] = {
    {1, true, "Rosemary", "Colefax", "rosemary.colefax@x.example", "429744982"},
    {1, false, "Rosie", "Colefax", "colefax.r@y.example", "429744982"},
    {2, true, "Jane", "Kelly", "jane.kelly@x.example", "412704937"},
    {2, false, "Jane", "Kelly", "janek77@y.example", "412704937"},
    {3, true, "William", "Zanberg", "w.zanberg@x.example", "412000331"},
    {3, false, "Bill", "Zanberg", "zanbergs@y.example", "412000331"},
    {4, false, "Mary", "Zanberg", "mary.zanberg@y.example", "412000331"},
    {5, true, "Ryan", "Boxer", "ryan.boxer@x.example", "412888101"},
    {6, false, "Ryan", "Boxer", "boxer.old@y.example", "412888777"},
    {7, true, "Mark", "Lindgren", "lindgren@x.example", "412555001"},
    {8, false, "Mary", "Lindgren", "lindgren.family@x.example", "412555001"},
    {9, true, "Tracey", "Macdonald", "tracey.m@x.example", "412555099"},
    {9, false, "Traci", "McDonald", "tracey.m@y.example", "412555099"},
    {10, true, "Amelia", "Riede-Wright", "amelia.rw@x.example", "412777001"},
    {10, false, "Amelia", "Wright", "amelia.w@y.example", "412777001"},
    {11, true, "Qiang", "Nguyen", "qnguyen@x.example", "412777111"},
    {12, false, "Amir", "Santos", "amir@y.example", "499000111"},
};

class LikelyBook : public Likely {
 protected:
  void make() {
    auto made = World::make({.seed = 5, .hub = likely_hub("accept: 0.90, review: 0.30", "link")});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const Json app = world->ask(Json::object({{"command", "app.add"}, {"name", "looker"}})).value_or(Json());
    token = to_hex(as_text(sha256(app["token"].text())));
  }
  void enter(const Client& c) {
    const Json fields =
        c.in_crm ? in_hubspot("", c.given, c.family, c.email, ("0" + std::string(c.phone)).c_str())["properties"]
                 : in_xero("", c.given, c.family, c.email, c.phone);
    const Result<Json> entered = world->edit(c.in_crm ? "hubspot" : "xero", c.in_crm ? "contacts" : "Contacts", "",
                                             c.in_crm ? fields : without_id(fields));
    ASSERT_TRUE(entered) << to_text(entered.error());
    of[(*entered)[c.in_crm ? "id" : "ContactID"].text()] = &c;
  }
  static Json without_id(const Json& record) {
    Json::Object kept;
    for (const auto& [name, value] : record.members())
      if (name != "ContactID" && name != "UpdatedDateUTC") kept.emplace_back(name, value);
    return kept;
  }
  Json goldens() {
    return world
        ->ask(Json::object({{"command", "process.list"}, {"entity", "contact"}, {"token", token}, {"limit", 500}}))
        .value_or(Json())["items"];
  }
  const Client* client(const Json& record) const {
    static const Client stranger{};
    const auto at = of.find(record.text());
    EXPECT_NE(at, of.end()) << record.text();
    return at == of.end() ? &stranger : at->second;
  }
  // Who knows the people answers what is asked: whom the golden record's first link is of.
  void answer_all() {
    for (int round = 0; round < 20; ++round) {
      const Json asked = open();
      if (asked.items().empty()) return;
      const Json& one = asked[0];
      ASSERT_EQ(one["kind"].text(), "match") << pretty(one);
      int person = 0;
      for (const Json& golden : goldens().items())
        if (golden["id"] == one["golden"]) person = client(golden["links"][0]["record"])->person;
      answer(one, client(one["record"])->person == person ? "accept" : "reject");
    }
    FAIL() << "there is no end to the questions: " << pretty(open());
  }
  // The golden records by whose records they are, with their values; no ids, no times, nor who said a value last: a
  // record that is entered later is a later one.
  std::set<std::string> partition() {
    std::set<std::string> all;
    for (const Json& golden : goldens().items()) {
      std::set<std::string> parts;
      for (const Json& link : golden["links"].items()) parts.insert(client(link["record"])->email);
      for (const auto& [name, field] : golden["fields"].members()) parts.insert(name + "=" + canonical(field["value"]));
      std::string text;
      for (const std::string& part : parts) text += part + "; ";
      all.insert(text);
    }
    return all;
  }

  std::string token;                        // its digest, as the process tier asks
  std::map<std::string, const Client*> of;  // by record
};

TEST_F(LikelyBook, FiveShufflesOneAtATimeWithCrashesGiveTheGoldenRecordsOfAFirstLoad) {
  make();
  for (const Client& c : clients) enter(c);
  settle();
  EXPECT_FALSE(open().items().empty()) << "some are asked about";
  const Json found = goldens();
  EXPECT_TRUE(std::any_of(found.items().begin(), found.items().end(), [](const Json& golden) {
    return golden["links"].items().size() == 2;
  })) << "some are linked, and nobody is asked";
  answer_all();
  const std::set<std::string> batch = partition();
  EXPECT_EQ(batch.size(), 12u);
  std::vector<const Client*> order;
  for (const Client& c : clients) order.push_back(&c);
  std::mt19937_64 chance(7);
  for (int shuffle = 0; shuffle < 5; ++shuffle) {
    std::shuffle(order.begin(), order.end(), chance);
    of.clear();
    make();
    settle();
    for (const Client* c : order) {
      enter(*c);
      ASSERT_TRUE(world->run_for(std::chrono::milliseconds(chance() % 3000)));
      if (chance() % 2 == 0) ASSERT_TRUE(world->crash());
      ASSERT_TRUE(world->run_for(minutes(2)));
      settle();
    }
    answer_all();
    EXPECT_EQ(partition(), batch) << "shuffle " << shuffle;
  }
}

}  // namespace
}  // namespace linchpin::sim
