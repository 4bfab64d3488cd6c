// Likely pairs with the whole line in the simulated world: who may be one person is asked before anything is created
// for them, and an answer outlives every rematch.
#include <gtest/gtest.h>

#include "model/draft.hpp"
#include "model/embedded.hpp"
#include "sim/hubs.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

// The example's hub, which then looks for likely pairs too.
std::shared_ptr<const model::Hub> likely_hub() {
  std::vector<model::HubFile> files;
  for (const model::EmbeddedFile& file : model::embedded_templates()) {
    if (!file.name.ends_with(".yaml")) continue;
    std::string text(file.text);
    if (const std::size_t at = text.find("  shared: 3");
        file.name.ends_with("entities/contact.yaml") && at < text.size())
      text.insert(at, "  likely: { compare: [given_name, family_name, email, phone, date_of_birth], review: 0.50 }\n");
    files.push_back({std::string(file.name), std::move(text)});
  }
  return model::check_files(files, "staging", model::shipped_manifest).hub;
}

Json in_hubspot(const std::string& id, const char* given, const char* family, const char* email, const char* phone) {
  return Json::object({{"id", id},
                       {"properties", Json::object({{"firstname", given},
                                                    {"lastname", family},
                                                    {"email", email},
                                                    {"phone", phone},
                                                    {"lifecyclestage", "customer"}})},
                       {"createdAt", "2026-01-05T00:00:00.000Z"},
                       {"updatedAt", "2026-01-05T00:00:00.000Z"},
                       {"archived", false}});
}
Json in_xero(const std::string& id, const char* given, const char* family, const char* email, const char* phone) {
  return Json::object(
      {{"ContactID", id},
       {"ContactStatus", "ACTIVE"},
       {"Name", std::string(given) + " " + family},
       {"FirstName", given},
       {"LastName", family},
       {"EmailAddress", email},
       {"Phones",
        Json::list({Json::object(
            {{"PhoneType", "MOBILE"}, {"PhoneCountryCode", "61"}, {"PhoneAreaCode", ""}, {"PhoneNumber", phone}})})},
       {"IsCustomer", true},
       {"UpdatedDateUTC", "/Date(1767571200000+0000)/"}});
}

// What a vendor holds at first: its records of one object.
Json holding(const char* object, Json::List records) {
  return Json::object({{"objects", Json::object({{object, std::move(records)}})}});
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

}  // namespace
}  // namespace linchpin::sim
