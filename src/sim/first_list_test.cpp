// A first list that is empty, where another system holds people: nobody is created there before a person has said that
// it really is empty.
#include <gtest/gtest.h>

#include "sim/relations.hpp"
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

// Companies and the people in them stand in one list of Xero's: each flow is asked about it by itself.
class FirstListOfTwo : public Relations {
 protected:
  void make_empty() {
    auto made = World::make({.seed = 5, .hub = hub({})});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    Json::List people, firms, accounts;
    for (int i = 0; i < 5; ++i) {
      const std::string n = std::to_string(i), family = std::string("Zyqove") + static_cast<char>('a' + i);
      const std::string mail = "p" + n + "@x.example", phone = "0429 744 98" + n;
      people.push_back(in_hubspot("5000000103" + n, "John", family.c_str(), mail.c_str(), phone.c_str()));
      accounts.push_back(in_xero("8f1c0000-0000-4000-8000-00000000000" + n, "John", family.c_str(), mail.c_str(),
                                 ("42974498" + n).c_str()));
      firms.push_back(company("5000000200" + n, ("Firm " + n).c_str(), ("5182475355" + n).c_str()));
    }
    ASSERT_TRUE(world->vendor("hubspot").seed(crm(people, firms), world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(holding("Contacts", accounts), world->now()));
    world->garbled = [](const engine::Send& send, Answer& answer) {
      if (send.system.text == "xero" && send.request.method == "GET" &&
          send.request.url.find("/Contacts?") != std::string::npos)
        answer.body = R"({"pagination":{"page":1,"pageSize":100,"pageCount":0,"itemCount":0},"Contacts":[]})";
    };
    settle();
  }
};

TEST_F(FirstListOfTwo, NeitherFlowCreatesAnybodyInTheListThatWasEmptyForBoth) {
  make_empty();
  EXPECT_EQ(state("xero", "Contacts").items().size(), 5u) << "nobody is made there before a person has said so";
  std::set<std::string> paused;
  for (const Json& one : ask(Json::object({{"command", "status"}}))["paused"].items())
    paused.insert(one["flow"].text());
  EXPECT_EQ(paused, (std::set<std::string>{"companies", "people"}));
}

}  // namespace
}  // namespace linchpin::sim
