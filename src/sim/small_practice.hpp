// For tests of the whole line: a small practice in the simulated world. HubSpot and Xero hold one client book, and what
// the hub has to do about it is done.
#pragma once

#include <gtest/gtest.h>

#include "sandbox/client_book.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

class SmallPractice : public testing::Test {
 protected:
  struct Practice {
    std::uint64_t seed = 5;
    int people = 40;
    std::shared_ptr<const model::Hub> hub{};  // nullptr: the example's
    Onlooker* onlooker = nullptr;
  };
  void open(const Practice& practice) {
    auto made = World::make({.seed = practice.seed, .onlooker = practice.onlooker, .hub = practice.hub});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const sandbox::ClientBook book =
        sandbox::make_client_book(practice.seed, world->now(), sandbox::client_book_of(practice.people));
    ASSERT_TRUE(world->vendor("hubspot").seed(book.hubspot, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(book.xero, world->now()));
    hubspot = book.same.front().hubspot, xero = book.same.front().xero;
    settle();
  }
  void settle() {
    const Result<void> quiet = world->run_until_quiet(std::chrono::minutes(60));
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  void wait(milliseconds span) {  // by a coarse clock
    world->laze(seconds(20));
    ASSERT_TRUE(world->run_for(span));
    world->laze(milliseconds(100));
  }
  Json ask(const Json& command) {
    const Result<Json> answer = world->ask(command);
    if (!answer) ADD_FAILURE() << to_text(answer.error());
    return answer ? *answer : Json();
  }
  Json open_reviews(const std::string& kind) {
    Json::List found;
    const Json all = ask(Json::object({{"command", "review.list"}}));
    for (const Json& review : all["items"].items())
      if (review["kind"].text() == kind) found.push_back(review);
    return found;
  }
  void answer(const Json& review, const std::string& answer) {
    ask(Json::object({{"command", "review." + answer}, {"id", review["id"].text()}, {"by", "mia"}}));
    settle();
  }
  void pin(const char* field, const char* value) {
    ask(Json::object({{"command", "pin"},
                      {"entity", "contact"},
                      {"id", "xero:" + xero},
                      {"field", field},
                      {"value", value},
                      {"why", "she said so"},
                      {"by", "kim"}}));
  }
  void edit_in_hubspot(const Json& properties) { ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, properties)); }
  void edit_in_xero(const Json& members) { ASSERT_TRUE(world->edit("xero", "Contacts", xero, members)); }
  // What the vendors hold of somebody who is in both.
  Json in_hubspot() { return record("hubspot", "contacts", "id", hubspot)["properties"]; }
  Json in_xero() { return record("xero", "Contacts", "ContactID", xero); }
  Json state(const char* system, const char* object) {
    return world->vendor(system).state(world->now())["objects"][object];
  }

  Json record(const char* system, const char* object, const char* id_at, const std::string& id) {
    const Json all = state(system, object);
    for (const Json& record : all.items())
      if (record[id_at].text() == id) return record;
    return {};
  }

  std::unique_ptr<World> world;
  std::string hubspot, xero;  // the records of somebody who is in both
};

}  // namespace linchpin::sim
