// Golden records that a person merges and splits, with the whole line in the simulated world.
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "model/draft.hpp"
#include "model/embedded.hpp"
#include "sim/small_records.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

const std::string john = "50000001037", joan = "8f1c0000-0000-4000-8000-000000000001";

class Split : public testing::Test {
 protected:
  void make(Json::List crm, Json::List accounts) {
    auto made = World::make({.seed = 5});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    ASSERT_TRUE(world->vendor("hubspot").seed(holding("contacts", std::move(crm)), world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(holding("Contacts", std::move(accounts)), world->now()));
    settle();
  }
  // John in the CRM and J in the accounts have one mailbox, and are two people: a person says that they are one.
  void merge_wrongly(const char* johns_phone = "0429 744 982", const char* joans_phone = "412704937") {
    make({in_hubspot(john, "John", "Carter", "carters@x.example", johns_phone)},
         {in_xero(joan, "J", "Carter", "carters@x.example", joans_phone)});
    const Json asked = open();
    ASSERT_EQ(asked.items().size(), 1u) << pretty(asked);
    ASSERT_TRUE(ask({{"command", "review.accept"}, {"id", asked[0]["id"]}, {"by", "mia"}}));
    settle();
    ASSERT_EQ(id_of("hubspot:" + john), id_of("xero:" + joan));
    ASSERT_EQ(xero(joan)["FirstName"].text(), "John");
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Result<Json> ask(std::initializer_list<std::pair<std::string, Json>> members) {
    Json::Object command;
    for (const auto& [name, value] : members) command.emplace_back(name, value);
    return world->ask(Json(std::move(command)));
  }
  Result<Json> split(const std::string& id, std::vector<std::string> records) {
    Json::List list;
    for (std::string& record : records) list.emplace_back(std::move(record));
    return ask({{"command", "review.split"},
                {"entity", "contact"},
                {"id", id},
                {"records", Json(std::move(list))},
                {"why", "a mother and her son"},
                {"by", "kim"}});
  }
  Result<Json> merge(const std::string& one, const std::string& two, bool despite_veto = false) {
    return ask({{"command", "review.merge"},
                {"entity", "contact"},
                {"id", one},
                {"other", two},
                {"why", "she told us"},
                {"despite_veto", despite_veto},
                {"by", "kim"}});
  }
  Json explained(const std::string& id, const std::string& field = "given_name") {
    return ask({{"command", "explain"}, {"entity", "contact"}, {"id", id}, {"field", field}}).value_or(Json());
  }
  std::string id_of(const std::string& id) { return explained(id)["id"].text(); }
  Json open() { return ask({{"command", "review.list"}}).value_or(Json())["items"]; }
  Json dead() { return ask({{"command", "dead-letters.list"}}).value_or(Json())["items"]; }
  Json record(const char* system, const char* object, const char* id_at, const std::string& id) {
    for (const Json& one : world->vendor(system).state(world->now())["objects"][object].items())
      if (one[id_at].text() == id) return one;
    return {};
  }
  Json hubspot(const std::string& id) { return record("hubspot", "contacts", "id", id)["properties"]; }
  Json xero(const std::string& id) { return record("xero", "Contacts", "ContactID", id); }
  std::string mobile(const std::string& id) {
    for (const Json& phone : xero(id)["Phones"].items())
      if (phone["PhoneType"].text() == "MOBILE") return phone["PhoneNumber"].text();
    return "";
  }
  // The record of a golden record in a system.
  std::string linked(const std::string& id, const std::string& system) {
    const std::string token = to_hex(as_text(sha256(app)));
    const Json golden =
        ask({{"command", "process.get"}, {"entity", "contact"}, {"id", id}, {"token", token}}).value_or(Json());
    for (const Json& link : golden["links"].items())
      if (link["system"].text() == system) return link["record"].text();
    return "";
  }
  void add_app() { app = ask({{"command", "app.add"}, {"name", "judge"}}).value_or(Json())["token"].text(); }
  std::size_t in(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object].items().size();
  }

  std::unique_ptr<World> world;
  std::string app;
};

TEST_F(Split, EverySystemIsGivenBackWhatItHad) {
  merge_wrongly();
  const std::string before = id_of("hubspot:" + john);
  const Result<Json> done = split("hubspot:" + john, {"xero:" + joan});
  ASSERT_TRUE(done) << to_text(done.error());
  settle();
  EXPECT_EQ(id_of("hubspot:" + john), before);
  EXPECT_EQ(id_of("xero:" + joan), (*done)["new"].text());
  EXPECT_NE((*done)["new"].text(), before);
  EXPECT_EQ(xero(joan)["FirstName"].text(), "J");
  EXPECT_EQ(xero(joan)["Name"].text(), "J Carter");
  EXPECT_EQ(mobile(joan), "412704937");
  EXPECT_EQ(hubspot(john)["firstname"].text(), "John");
  EXPECT_EQ(hubspot(john)["phone"].text(), "0429 744 982");
  add_app();
  const std::string johns = linked(before, "xero");
  EXPECT_EQ(xero(johns)["FirstName"].text(), "John") << "John is in the accounts, too";
  EXPECT_EQ(mobile(johns), "429744982");
  const Json why = explained("xero:" + joan);
  EXPECT_NE(canonical(why).find("a mother and her son"), std::string::npos) << pretty(why);
  EXPECT_NE(canonical(why).find("\"split from\""), std::string::npos) << pretty(why);
  EXPECT_NE(canonical(explained(before)).find("\"split off\""), std::string::npos);
}

TEST_F(Split, WhatWasBlankIsBlankAgain) {
  merge_wrongly("");
  EXPECT_NE(hubspot(john)["phone"].text(), "") << "the wrong merge filled it";
  ASSERT_TRUE(split("xero:" + joan, {"xero:" + joan}));
  settle();
  EXPECT_EQ(hubspot(john)["phone"].text(), "");
  EXPECT_EQ(mobile(joan), "412704937");
}

TEST_F(Split, WhatWasBlankIsBlankAgainInTheOtherSystemToo) {
  merge_wrongly("0429 744 982", "");
  EXPECT_EQ(mobile(joan), "429744982") << "the wrong merge filled it";
  ASSERT_TRUE(split("xero:" + joan, {"xero:" + joan}));
  settle();
  EXPECT_EQ(mobile(joan), "");
  EXPECT_EQ(hubspot(john)["phone"].text(), "0429 744 982");
}

TEST_F(Split, WhatSomebodyWroteSinceIsKept) {
  merge_wrongly("");
  ASSERT_TRUE(world->edit("hubspot", "contacts", john, Json::object({{"phone", "0411 222 333"}})));
  ASSERT_TRUE(split("xero:" + joan, {"xero:" + joan})) << "before the hub has heard of the edit";
  settle();
  EXPECT_EQ(hubspot(john)["phone"].text(), "0411 222 333");
  EXPECT_EQ(mobile(joan), "412704937");
}

TEST_F(Split, TheyStayApart) {
  merge_wrongly();
  ASSERT_TRUE(split("hubspot:" + john, {"xero:" + joan}));
  settle();
  const auto apart = [&](const char* after) {
    EXPECT_NE(id_of("hubspot:" + john), id_of("xero:" + joan)) << after;
    EXPECT_EQ(xero(joan)["FirstName"].text(), "J") << after;
    const Json left = open();
    for (const Json& review : left.items()) EXPECT_NE(review["kind"].text(), "match") << after << pretty(review);
  };
  ASSERT_TRUE(world->crash());
  settle();
  apart("a restart");
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"EmailAddress", "carters@y.example"}})));
  ASSERT_TRUE(world->edit("xero", "Contacts", joan, Json::object({{"EmailAddress", "carters@x.example"}})));
  ASSERT_TRUE(world->run_for(minutes(20)));
  settle();
  apart("edits");
  world->engine().walk();
  settle();
  apart("a walk");
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates()) {
    if (!file.name.ends_with(".yaml")) continue;
    std::string text(file.text);
    if (const std::size_t at = text.find("two_of: [email, phone, date_of_birth]"); at != std::string::npos)
      text.replace(at, 37, "two_of: [email, phone]");
    files.push_back({std::string(file.name), std::move(text)});
  }
  ASSERT_TRUE(world->change_hub(model::check_files(files, "staging", model::shipped_manifest).hub));
  settle();
  world->engine().walk();
  settle();
  apart("keys that were made anew");
}

TEST_F(Split, ADeliveryThatIsUnderWayGoesWithItsRecord) {
  for (int after = 0; after < 12; ++after) {
    merge_wrongly();
    ASSERT_TRUE(world->edit("hubspot", "contacts", john, Json::object({{"firstname", "Johnny"}})));
    ASSERT_TRUE(world->run_for(std::chrono::milliseconds(80 * after)));
    ASSERT_TRUE(split("hubspot:" + john, {"xero:" + joan})) << after;
    if (after % 3 == 2) ASSERT_TRUE(world->crash());
    settle();
    EXPECT_EQ(xero(joan)["FirstName"].text(), "J") << after;
    EXPECT_EQ(hubspot(john)["firstname"].text(), "Johnny") << after;
    EXPECT_EQ(in("xero", "Contacts"), 2u) << after;
    EXPECT_NE(id_of("hubspot:" + john), id_of("xero:" + joan)) << after;
  }
}

TEST_F(Split, WhatCannotBeSplitIsSaid) {
  merge_wrongly();
  const auto refused = [&](std::vector<std::string> records) {
    const Result<Json> done = split("hubspot:" + john, std::move(records));
    return done ? std::string() : to_text(done.error());
  };
  EXPECT_NE(refused({}).find("Name them"), std::string::npos);
  EXPECT_NE(refused({"xero:nobody"}).find("no record"), std::string::npos);
  EXPECT_NE(refused({"xero:" + joan, "hubspot:" + john}).find("all of its records"), std::string::npos);
}

// Two who are one: Ann, whom the rules could not find out to be Ann-Marie.
class Merged : public Split {
 protected:
  const std::string ann = "50000001037", mary = "50000001074";
  void SetUp() override {
    make({in_hubspot(ann, "Ann", "Colefax", "ann@x.example", "0429 744 982"),
          in_hubspot(mary, "Mary", "Colefax", "mary@y.example", "0412 704 937")},
         {});
    add_app();
    first = id_of("hubspot:" + ann), second = id_of("hubspot:" + mary);
    ASSERT_NE(first, second);
    anns = linked(first, "xero"), marys = linked(second, "xero");
    ASSERT_FALSE(anns.empty() || marys.empty());
  }
  void pin(const std::string& id, const char* field, const char* value) {
    ASSERT_TRUE(ask({{"command", "pin"},
                     {"entity", "contact"},
                     {"id", id},
                     {"field", field},
                     {"value", value},
                     {"why", "by phone"},
                     {"by", "kim"}}));
  }

  std::string first, second, anns, marys;  // golden records, and what the hub made of them in the accounts
};

TEST_F(Merged, TheOlderIdStaysAndTheOtherNamesIt) {
  const Result<Json> done = merge("hubspot:" + ann, "hubspot:" + mary);
  ASSERT_TRUE(done) << to_text(done.error());
  settle();
  const std::string kept = (*done)["id"].text(), gone = (*done)["merged"].text();
  EXPECT_EQ(std::set<std::string>({kept, gone}), std::set<std::string>({first, second}));
  EXPECT_LT(kept, gone);
  EXPECT_EQ((*done)["twice"].items().size(), 4u) << "both systems have two records of her";
  EXPECT_EQ(id_of(gone), kept);
  EXPECT_EQ(id_of("hubspot:" + mary), kept);
  EXPECT_FALSE(linked(gone, "xero").empty()) << "the process tier knows the old id";
  EXPECT_EQ(in("hubspot", "contacts"), 2u);
  EXPECT_EQ(in("xero", "Contacts"), 2u);
  EXPECT_EQ(xero(anns)["FirstName"].text(), xero(marys)["FirstName"].text());
  const Json why = explained(gone);
  EXPECT_NE(canonical(why).find("she told us"), std::string::npos) << pretty(why);
  ASSERT_TRUE(world->crash());
  settle();
  EXPECT_EQ(id_of(gone), kept);
  EXPECT_FALSE(merge(kept, gone)) << "they are one already";
}

TEST_F(Merged, ASplitUndoesItAndGivesTheIdBack) {
  const Result<Json> done = merge(first, second);
  ASSERT_TRUE(done) << to_text(done.error());
  settle();
  const std::string gone = (*done)["merged"].text();
  const std::string crm = gone == second ? mary : ann, accounts = gone == second ? marys : anns;
  const Result<Json> undone = split(first, {"hubspot:" + crm, "xero:" + accounts});
  ASSERT_TRUE(undone) << to_text(undone.error());
  settle();
  EXPECT_EQ((*undone)["new"].text(), gone);
  EXPECT_EQ(id_of("hubspot:" + ann), first);
  EXPECT_EQ(id_of("hubspot:" + mary), second);
  EXPECT_EQ(hubspot(ann)["firstname"].text(), "Ann");
  EXPECT_EQ(hubspot(mary)["firstname"].text(), "Mary");
  EXPECT_EQ(hubspot(mary)["email"].text(), "mary@y.example");
  EXPECT_EQ(xero(anns)["FirstName"].text(), "Ann");
  EXPECT_EQ(xero(marys)["FirstName"].text(), "Mary");
  EXPECT_EQ(mobile(anns), "429744982");
  EXPECT_EQ(mobile(marys), "412704937");
  EXPECT_EQ(in("hubspot", "contacts"), 2u);
  EXPECT_EQ(in("xero", "Contacts"), 2u);
  const Json left = dead();
  EXPECT_TRUE(left.items().empty()) << pretty(left);
  ASSERT_TRUE(merge(first, second)) << "and a merge undoes the split";
  settle();
  EXPECT_EQ(id_of(first), id_of(second));
}

// Each half then has a record that the hub made under the id of the other.
TEST_F(Merged, WhoIsCreatedAnewDoesNotMeetTheRecordThatLeft) {
  ASSERT_TRUE(merge(first, second));
  settle();
  const std::string kept = id_of(first);
  const std::string crm = kept == first ? ann : mary, other = kept == first ? marys : anns;
  const std::string own = kept == first ? anns : marys, theirs = kept == first ? mary : ann;
  ASSERT_TRUE(split(kept, {"hubspot:" + theirs, "xero:" + own, "xero:" + other}));
  settle();
  EXPECT_EQ(in("xero", "Contacts"), 3u) << "the one who has no record there any more is created";
  const std::string made = linked(kept, "xero");
  EXPECT_NE(made, own);
  EXPECT_EQ(xero(made)["FirstName"].text(), hubspot(crm)["firstname"].text());
  EXPECT_EQ(xero(own)["FirstName"].text(), hubspot(theirs)["firstname"].text());
}

TEST_F(Merged, APinAndAPersonsWordGoWithTheOneTheyAreOf) {
  pin(second, "phone", "0411 222 333");
  settle();
  const Result<Json> done = merge(first, second);
  ASSERT_TRUE(done);
  settle();
  EXPECT_EQ(explained(first, "phone")["value"].text(), "+61411222333");
  const std::string gone = (*done)["merged"].text();
  ASSERT_TRUE(split(first, {"hubspot:" + (gone == second ? mary : ann), "xero:" + (gone == second ? marys : anns)}));
  settle();
  EXPECT_EQ(explained(second, "phone")["value"].text(), "+61411222333");
  EXPECT_EQ(explained(first, "phone")["value"].text(), "+61429744982");
}

TEST_F(Merged, AVetoIsSaidAndAPersonMayKnowBetter) {
  pin(first, "date_of_birth", "1980-05-14");
  pin(second, "date_of_birth", "1991-11-02");
  settle();
  const Result<Json> refused = merge(first, second);
  ASSERT_FALSE(refused);
  EXPECT_NE(to_text(refused.error()).find("--despite-veto"), std::string::npos) << to_text(refused.error());
  EXPECT_EQ(to_text(refused.error()).find("19"), std::string::npos) << "no value is told";
  EXPECT_TRUE(merge(first, second, true));
}

}  // namespace
}  // namespace linchpin::sim
