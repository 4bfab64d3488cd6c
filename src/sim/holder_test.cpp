// A create that is refused for a value that the system takes once, with the whole line in the simulated world: who
// holds it is asked for and read before anything is numbered or left blank.
#include "sim/hubs.hpp"
#include "sim/small_practice.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class Holder : public SmallPractice {
 protected:
  static bool asks(const engine::Send& send, const std::string& system, const std::string& part) {
    return send.system.text == system && send.request.url.find(part) != std::string::npos;
  }
  // HubSpot's lists leave `hidden` out.
  void hide(const std::string& id) {
    world->garbled = [id, this](const engine::Send& send, Answer& answer) {
      if (asks(send, "hubspot", "/contacts?") || asks(send, "hubspot", "/search")) leave_out(answer, id);
      if (send.request.body.find("\"idProperty\":\"email\"") == std::string::npos) return;
      ++asked;
      if (refuses) answer = {400, {}, "{}"};
    };
  }
  static void leave_out(Answer& answer, const std::string& id) {
    const Json page = parse_json(answer.body).value_or(Json());
    Json::List rest;
    for (const Json& one : page["results"].items())
      if (one["id"].text() != id) rest.push_back(one);
    answer.body = canonical(page.with("results", Json(std::move(rest))));
  }
  std::int64_t walked_in_xero() {
    for (const Json& walk : ask(Json::object({{"command", "reconcile.state"}}))["walks"].items())
      if (walk["system"].text() == "xero") return walk["records"].integer().value_or(0);
    return -1;
  }
  void quietly(const char* system) {
    ASSERT_TRUE(world->vendor(system).set_faults(Json::object({{"webhook_drop", 1}}), world->now()));
  }
  std::string enter(const char* system, const char* object, const char* id_at, const Json& fields) {
    const auto made = world->edit(system, object, "", fields);
    EXPECT_TRUE(made);
    return made ? (*made)[id_at].text() : "";
  }
  std::size_t in_xero_by(const std::string& family) {
    std::size_t count = 0;
    const Json all = state("xero", "Contacts");
    for (const Json& one : all.items()) count += one["LastName"].text() == family ? 1 : 0;
    return count;
  }
  void begin() {
    open({});
    quietly("xero");
    quietly("hubspot");
  }
  // Noor is in Xero already, and nobody has told of her; then she comes to HubSpot.
  void noor(const Json& in_xero, const Json& in_hubspot) {
    begin();
    const Json name = Json::object({{"Name", "Noor Zyqovex"}, {"FirstName", "Noor"}, {"LastName", "Zyqovex"}});
    Json fields = name;
    for (const auto& [member, value] : in_xero.members()) fields = fields.with(member, value);
    hidden = enter("xero", "Contacts", "ContactID", fields);
    Json there = Json::object({{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"lifecyclestage", "customer"}});
    for (const auto& [member, value] : in_hubspot.members()) there = there.with(member, value);
    enter("hubspot", "contacts", "id", there);
    ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
    settle();
    wait(minutes(3));
    settle();
  }

  // Noor is in HubSpot, whose lists leave her out; then she is entered in Xero.
  void noor_in_hubspot() {
    begin();
    hidden = enter("hubspot", "contacts", "id",
                   Json::object({{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"email", "noor@x.example"}}));
    hide(hidden);
    enter("xero", "Contacts", "ContactID",
          Json::object({{"Name", "Noor Zyqovex"},
                        {"FirstName", "Noor"},
                        {"LastName", "Zyqovex"},
                        {"EmailAddress", "noor@x.example"}}));
    ask(Json::object({{"command", "reconcile"}, {"system", "xero"}}));
    settle();
    wait(minutes(3));
    settle();
  }
  std::size_t in_hubspot_by(const std::string& family) {
    std::size_t count = 0;
    const Json all = state("hubspot", "contacts");
    for (const Json& one : all.items()) count += one["properties"]["lastname"].text() == family ? 1 : 0;
    return count;
  }

  std::string hidden;
  bool refuses = false;
  int asked = 0;
};

TEST_F(Holder, WhoHoldsTheNameAndIsTheSamePersonIsLinkedAndNotCreatedAgain) {
  noor(Json::object({{"EmailAddress", "noor@x.example"}}), Json::object({{"email", "noor@x.example"}}));
  EXPECT_GT(walked_in_xero(), 20);
  EXPECT_EQ(in_xero_by("Zyqovex"), 1u);
  const Json told =
      ask(Json::object({{"command", "explain"}, {"entity", "contact"}, {"id", "xero:" + hidden}, {"field", "email"}}));
  EXPECT_EQ(told["value"].text(), "noor@x.example");
}

TEST_F(Holder, WhoMayBeTheSameIsAskedAboutAndNotCreatedAgain) {
  noor(Json(Json::Object{}), Json::object({{"email", "noor@x.example"}}));
  EXPECT_EQ(in_xero_by("Zyqovex"), 1u);
  ASSERT_EQ(open_reviews("match").items().size() >= 1, true);
  for (const Json& review : open_reviews("match").items())
    if (review["record"].text() == hidden || review["code"].text() == "same_name") answer(review, "reject");
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero_by("Zyqovex"), 2u) << "two people, a person says";
}

TEST_F(Holder, ANamesakeWhoIsKnownIsNumberedAtOnce) {
  begin();
  const std::string first = in_xero()["FirstName"].text(), last = in_xero()["LastName"].text();
  const std::size_t before = in_xero_by(last);
  enter("hubspot", "contacts", "id",
        Json::object({{"firstname", first},
                      {"lastname", last},
                      {"email", "another@x.example"},
                      {"phone", "+61491570999"},
                      {"lifecyclestage", "customer"}}));
  ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
  settle();
  for (const Json& review : open_reviews("match").items()) answer(review, "reject");
  wait(minutes(3));
  settle();
  EXPECT_EQ(in_xero_by(last), before + 1);
  EXPECT_EQ(walked_in_xero(), 0) << "the hub knows who has the name";
}

TEST_F(Holder, InHubspotTheEMailIsAskedFor) {
  noor_in_hubspot();
  EXPECT_GE(asked, 1);
  EXPECT_EQ(in_hubspot_by("Zyqovex"), 1u);
  EXPECT_EQ(open_reviews("unique_taken").items().size(), 0u);
}

TEST_F(Holder, WhereItCannotBeAskedAPersonMustLook) {
  refuses = true;
  noor_in_hubspot();
  wait(minutes(30));
  EXPECT_EQ(in_hubspot_by("Zyqovex"), 1u);
  const Json letters = ask(Json::object({{"command", "dead-letters.list"}}))["items"];
  ASSERT_EQ(letters.items().size(), 1u);
  EXPECT_EQ(letters[0]["code"].text(), "unique_taken");
}

// A practice whose clients' spouses are in its books by the mailbox that they share: each create is refused once.
TEST_F(Holder, HoweverManyAreRefusedEachIsMadeAtLast) {
  begin();
  constexpr int many = 1'050;
  const auto word = [](int number) {
    std::string letters;
    for (int i = 0; i < 4; ++i, number /= 20) letters.insert(letters.begin(), static_cast<char>('a' + number % 20));
    return letters;
  };
  for (int i = 0; i < many; ++i) {
    const std::string email = word(i) + "@mailbox.example", one = "Zy" + word(i), other = "Qu" + word(i);
    enter("hubspot", "contacts", "id",
          Json::object({{"firstname", one}, {"lastname", one}, {"email", email}, {"lifecyclestage", "lead"}}));
    enter("xero", "Contacts", "ContactID",
          Json::object(
              {{"Name", other + " " + other}, {"FirstName", other}, {"LastName", other}, {"EmailAddress", email}}));
  }
  for (const char* system : {"hubspot", "xero"}) {
    ask(Json::object({{"command", "reconcile"}, {"system", system}}));
    settle();
  }
  wait(minutes(30));
  settle();
  std::size_t made = 0;
  const Json all = state("hubspot", "contacts");
  for (const Json& one : all.items()) made += one["properties"]["lastname"].text().starts_with("Qu");
  EXPECT_EQ(made, std::size_t{many});
  EXPECT_EQ(open_reviews("unique_taken").items().size(), std::size_t{many});
}

}  // namespace
}  // namespace linchpin::sim
