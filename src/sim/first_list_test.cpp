// A first list that is empty, where another system holds people: nobody is created there before a person has said that
// it really is empty.
#include <gtest/gtest.h>

#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class FirstList : public SmallPractice {
 protected:
  // HubSpot answers its lists as if it held nobody, for as long as `empty` is true.
  void make(int in_hubspot, int in_xero, int people = 60) {
    auto made = World::make({.seed = 5});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    const sandbox::ClientBook book = sandbox::make_client_book(5, world->now(), sandbox::client_book_of(people));
    if (in_hubspot) ASSERT_TRUE(world->vendor("hubspot").seed(book.hubspot, world->now()));
    if (in_xero) ASSERT_TRUE(world->vendor("xero").seed(book.xero, world->now()));
    held = count("hubspot", "contacts");
    world->garbled = [this](const engine::Send& send, Answer& answer) {
      if (empty && send.system.text == "hubspot" && send.request.url.find("/contacts?") != std::string::npos)
        answer.body = R"({"results":[]})";
    };
  }
  std::size_t count(const char* system, const char* object) { return state(system, object).items().size(); }

  bool empty = true;
  std::size_t held = 0;
};

TEST_F(FirstList, NobodyIsCreatedWhereAFirstListWasEmptyBeforeAPersonSaysSo) {
  make(1, 1);
  settle();
  EXPECT_EQ(count("hubspot", "contacts"), held);
  const Json open = open_reviews("short_list");
  ASSERT_EQ(open.items().size(), 1u);
  EXPECT_EQ(open[0]["system"].text(), "hubspot");
  EXPECT_EQ(open[0]["code"].text(), "first_list_empty");
  const auto planned = world->engine().plan(world->hub(), true);
  ASSERT_TRUE(planned);
  EXPECT_EQ((*planned)["paused"][0]["flow"].text(), "clients") << "a plan says so";
  ASSERT_TRUE(world->crash());
  settle();
  wait(minutes(40));
  EXPECT_EQ(count("hubspot", "contacts"), held) << "a restart and a sweep are no answer";
  EXPECT_EQ(open_reviews("short_list").items().size(), 1u);
}

TEST_F(FirstList, AWalkThatIsShownThemIsTheAnswer) {
  make(1, 1);
  settle();
  ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
  settle();
  EXPECT_EQ(open_reviews("short_list").items().size(), 1u) << "as empty as before";
  EXPECT_EQ(count("hubspot", "contacts"), held);
  empty = false;
  ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
  settle();
  EXPECT_EQ(open_reviews("short_list").items().size(), 0u);
  EXPECT_EQ(world->engine().paused_list().items().size(), 0u);
  std::set<std::string> mails;
  std::size_t mailed = 0;
  const Json all = state("hubspot", "contacts");
  for (const Json& record : all.items())
    if (const std::string& mail = record["properties"]["email"].text(); !mail.empty()) ++mailed, mails.insert(mail);
  EXPECT_EQ(mails.size(), mailed);
  EXPECT_LT(all.items().size(), held + 30) << "those who are in both are there once";
}

TEST_F(FirstList, OneThatReallyIsEmptyIsFilledWhenAPersonHasSaidSo) {
  make(0, 1);
  settle();
  EXPECT_EQ(count("hubspot", "contacts"), 0u);
  const Json open = open_reviews("short_list");
  ASSERT_EQ(open.items().size(), 1u);
  answer(open[0], "accept");
  EXPECT_GT(count("hubspot", "contacts"), 20u);
  EXPECT_EQ(open_reviews("short_list").items().size(), 0u);
  EXPECT_EQ(world->engine().paused_list().items().size(), 0u);
}

TEST_F(FirstList, TwoEmptySystemsAskNothing) {
  make(0, 0);
  settle();
  EXPECT_EQ(open_reviews("short_list").items().size(), 0u);
}

}  // namespace
}  // namespace linchpin::sim
