// Lists of systems that do not stand still, or that contradict themselves: nobody is left out of them, for whoever is
// would be created once more.
#include <gtest/gtest.h>

#include <set>

#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Listing : public SmallPractice {
 protected:
  // More than a page of each, and nothing has been read.
  void make() {
    auto made = World::make({.seed = 5});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    book = sandbox::make_client_book(5, world->now(), sandbox::client_book_of(180));
    ASSERT_TRUE(world->vendor("hubspot").seed(book.hubspot, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(book.xero, world->now()));
    held = names("xero");
    ASSERT_GT(held.size(), 100u);
  }
  static bool asks(const engine::Send& send, const std::string& system, const std::string& part) {
    return send.system.text == system && send.request.url.find(part) != std::string::npos;
  }
  std::multiset<std::string> names(const char* system) {
    std::multiset<std::string> all;
    const bool xero = std::string(system) == "xero";
    const Json records = state(system, xero ? "Contacts" : "contacts");
    for (const Json& r : records.items())
      all.insert(xero ? r["Name"].text()
                      : r["properties"]["firstname"].text() + " " + r["properties"]["lastname"].text());
    return all;
  }
  // Everybody who was in Xero is there once, and those who were in HubSpot alone have come.
  void expect_nobody_twice() {
    const std::multiset<std::string> now = names("xero");
    std::size_t numbered = 0;
    for (const std::string& name : now) numbered += name.ends_with(" (2)") ? 1 : 0;
    EXPECT_EQ(numbered, 0u);
    EXPECT_GT(now.size(), held.size());
    std::size_t linked = 0;
    for (const Json& row : ask(Json::object({{"command", "table"}}))["rows"].items())
      if (row["system"].text() == "xero") linked += static_cast<std::size_t>(row["linked"].integer().value_or(0));
    EXPECT_GE(linked, book.same.size());
  }

  sandbox::ClientBook book;
  std::multiset<std::string> held;  // the names in Xero at first
};

TEST_F(Listing, AFirstLoadSaysHowFarItIsAndHowLongItTakes) {
  make();
  const auto loading = [&] { return ask(Json::object({{"command", "status"}}))["loading"]; };
  const auto of = [&](const Json& told, const char* system) {
    for (const Json& load : told["loads"].items())
      if (load["system"].text() == system) return load;
    return Json();
  };
  Json told;
  std::optional<std::int64_t> in_xero;
  bool loading_over = false;
  for (int i = 0; i < 5'000 && of(told, "hubspot")["came"].integer() != 100; ++i) {
    ASSERT_TRUE(world->step());
    told = loading();
    if (const auto all = of(told, "xero")["of"].integer()) in_xero = all;
  }
  EXPECT_EQ(in_xero, static_cast<std::int64_t>(held.size()));
  EXPECT_EQ(of(told, "hubspot")["of"].integer(), static_cast<std::int64_t>(names("hubspot").size()));
  EXPECT_GT(told["seconds_left"].integer().value_or(0), 0) << canonical(told);
  ASSERT_TRUE(world->crash());
  std::int64_t most = 0;
  for (int i = 0; i < 5'000 && !loading_over; ++i) {
    ASSERT_TRUE(world->step());
    if (!world->up()) continue;
    told = loading();
    most = std::max(most, of(told, "hubspot")["came"].integer().value_or(0));
    loading_over = told["loads"].items().empty();
  }
  EXPECT_GE(most, 100) << "what was read before the crash counts";
  EXPECT_LE(most, static_cast<std::int64_t>(names("hubspot").size())) << "once";
  settle();
  EXPECT_TRUE(loading()["loads"].items().empty());
  expect_nobody_twice();
}

TEST_F(Listing, WhoIsEditedWhileAListIsReadMovesNobodyOutOfIt) {
  make();
  std::size_t edits = 0;
  world->meanwhile = [&](const engine::Send& send) {
    if (!asks(send, "xero", "page=2")) return false;
    for (std::size_t i = 0; i < 20; ++i, ++edits)
      EXPECT_TRUE(world->edit("xero", "Contacts", book.same[i].xero,
                              Json::object({{"AccountNumber", "A" + std::to_string(i)}})));
    return false;
  };
  settle();
  EXPECT_GE(edits, 20u);
  expect_nobody_twice();
}

TEST_F(Listing, APageThatIsCutShortIsAskedForAgainAndIsNoEnd) {
  make();
  int cut = 0;
  world->garbled = [&](const engine::Send& send, Answer& answer) {
    if (!asks(send, "xero", "page=1&") || !asks(send, "xero", "order=") || ++cut > 4) return;
    const Json page = parse_json(answer.body).value_or(Json());
    const Json::List& all = page["Contacts"].items();
    answer.body = canonical(
        page.with("Contacts", Json::List(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2))));
  };
  settle();
  EXPECT_GT(cut, 4);
  expect_nobody_twice();
}

TEST_F(Listing, PagesThatGoRoundEndNoListAndAPersonIsTold) {
  make();
  bool round = true;
  int calls = 0;
  Json second;  // where the second page is
  world->garbled = [&](const engine::Send& send, Answer& answer) {
    if (!asks(send, "hubspot", "/contacts?")) return;
    ++calls;
    const Json page = parse_json(answer.body).value_or(Json());
    if (!asks(send, "hubspot", "after=")) second = page["paging"];
    const bool is_second = asks(send, "hubspot", "after=" + second["next"]["after"].text());
    if (round && asks(send, "hubspot", "after=") && !is_second) answer.body = canonical(page.with("paging", second));
  };
  ASSERT_TRUE(world->run_for(minutes(30)));
  EXPECT_LT(calls, 150) << "it does not storm the vendor";
  EXPECT_EQ(names("xero"), held) << "nobody is created from half a list";
  const Json letters = ask(Json::object({{"command", "dead-letters.list"}}))["items"];
  ASSERT_EQ(letters.items().size(), 1u);
  EXPECT_EQ(letters.items()[0]["code"].text(), "answer_unusable");
  round = false;
  settle();
  expect_nobody_twice();
  EXPECT_EQ(ask(Json::object({{"command", "dead-letters.list"}}))["items"].items().size(), 0u);
}

}  // namespace
}  // namespace linchpin::sim
