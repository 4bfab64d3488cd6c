// Two linked records that somebody makes one in their system, which were two golden records: a person is asked whether
// those are one.
#include <gtest/gtest.h>

#include "sim/small_practice.hpp"
#include "sim/small_records.hpp"

namespace linchpin::sim {
namespace {

const std::string ann = "50000001037", anna = "50000001038", anns = "8f1c0000-0000-4000-8000-000000000001",
                  annas = "8f1c0000-0000-4000-8000-000000000002";

class MergedThere : public SmallPractice, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    auto made = World::make({.seed = 5});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    ASSERT_TRUE(world->vendor("hubspot").seed(
        holding("contacts", {sim::in_hubspot(ann, "Ann", "Carter", "ann@x.example", "0412 704 937"),
                             sim::in_hubspot(anna, "Anna", "Fisher", "anna@y.example", "0429 744 982")}),
        world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(
        holding("Contacts", {sim::in_xero(anns, "Ann", "Carter", "ann@x.example", "412704937"),
                             sim::in_xero(annas, "Anna", "Fisher", "anna@y.example", "429744982")}),
        world->now()));
    settle();
    ASSERT_NE(id_of("xero:" + anns), id_of("xero:" + annas));
  }
  // In the system of the test's parameter; `told`: by a webhook, and not found by a walk.
  void merge(bool told = true) {
    const bool crm = system() == "hubspot";
    sandbox::Vendor& vendor = world->vendor(system());
    if (!told) ASSERT_TRUE(vendor.set_faults(Json::object({{"webhook_drop", 1}}), world->now()));
    ASSERT_TRUE(world->edit(system(), crm ? "contacts" : "Contacts", crm ? anna : annas,
                            Json::object({{crm ? "mergedInto" : "MergedToContactID", crm ? ann : anns}})));
    if (!told) ASSERT_TRUE(vendor.set_faults(Json::object({}), world->now()));
    settle();
  }
  void walk() {
    world->engine().walk();
    settle();
  }
  Json asked() {
    Json::List found;
    const Json all = open_reviews("match");
    for (const Json& review : all.items())
      if (review["code"].text() == "merged_there") found.push_back(review);
    return found;
  }
  void answer_with(const char* what) {
    const Json open = asked();
    ASSERT_EQ(open.items().size(), 1u) << pretty(open);
    answer(open[0], what);
  }
  std::string id_of(const std::string& record) {
    return ask(Json::object(
        {{"command", "explain"}, {"entity", "contact"}, {"id", record}, {"field", "given_name"}}))["id"]
        .text();
  }
  // The records that are elsewhere, of which the system knows only one by now.
  std::string one() { return system() == "hubspot" ? "xero:" + anns : "hubspot:" + ann; }
  std::string other() { return system() == "hubspot" ? "xero:" + annas : "hubspot:" + anna; }
  std::string system() { return GetParam(); }
};

TEST_P(MergedThere, IsAskedAndAYesMakesThemOne) {
  merge();
  const std::size_t contacts = state("hubspot", "contacts").items().size(),
                    accounts = state("xero", "Contacts").items().size();
  EXPECT_NE(id_of(one()), id_of(other())) << "until it is answered";
  answer_with("accept");
  EXPECT_EQ(id_of(one()), id_of(other()));
  walk();
  EXPECT_TRUE(asked().items().empty());
  EXPECT_EQ(state("hubspot", "contacts").items().size(), contacts);
  EXPECT_EQ(state("xero", "Contacts").items().size(), accounts);
}

TEST_P(MergedThere, ANoKeepsThemApartForGood) {
  merge();
  answer_with("reject");
  walk();
  EXPECT_TRUE(asked().items().empty());
  EXPECT_NE(id_of(one()), id_of(other()));
}

TEST_P(MergedThere, IsAskedWhenAWalkFindsIt) {
  merge(false);
  walk();
  EXPECT_EQ(asked().items().size(), 1u);
}

TEST_P(MergedThere, WaitsWhileTheRecordChanges) {
  merge();
  const bool crm = system() == "hubspot";
  const Json open = asked();
  ASSERT_EQ(open.items().size(), 1u) << pretty(open);
  const std::string record = open[0]["record"].text();
  ASSERT_TRUE(world->edit(system(), crm ? "contacts" : "Contacts", record,
                          crm ? Json::object({{"phone", "0412 704 999"}}) : Json::object({{"FirstName", "Annie"}})));
  settle();
  EXPECT_EQ(asked().items().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(InEach, MergedThere, testing::Values("hubspot", "xero"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace linchpin::sim
