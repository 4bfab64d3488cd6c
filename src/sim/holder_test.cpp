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
  // Nobody is told of `hidden`: it is left out of lists, and no webhook names it.
  void hide(const std::string& id) {
    world->garbled = [id, this](const engine::Send& send, Answer& answer) {
      const bool xero = asks(send, "xero", "order="), hubspot = asks(send, "hubspot", "/contacts?");
      if (!shown && (xero || hubspot)) leave_out(answer, xero ? "Contacts" : "results", xero ? "ContactID" : "id", id);
      if (asks(send, "xero", "where=Name")) ++asked;
      if (refuses && asks(send, "xero", "where=Name")) answer = {400, {}, "{}"};
    };
  }
  static void leave_out(Answer& answer, const char* list, const char* id_at, const std::string& id) {
    const Json page = parse_json(answer.body).value_or(Json());
    Json::List rest;
    for (const Json& one : page[list].items())
      if (one[id_at].text() != id) rest.push_back(one);
    Json out = page.with(list, Json(rest));
    const auto count = static_cast<std::int64_t>(rest.size());
    if (const auto total = page["pagination"]["itemCount"].integer(); total && count < std::ssize(page[list].items()))
      out = out.with("pagination", page["pagination"].with("itemCount", *total - 1));
    answer.body = canonical(out);
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
  // Noor is in Xero already, and no list has ever shown her; then she comes to HubSpot.
  void noor(const Json& in_xero, const Json& in_hubspot) {
    begin();
    const Json name = Json::object({{"Name", "Noor Zyqovex"}, {"FirstName", "Noor"}, {"LastName", "Zyqovex"}});
    Json fields = name;
    for (const auto& [member, value] : in_xero.members()) fields = fields.with(member, value);
    hidden = enter("xero", "Contacts", "ContactID", fields);
    hide(hidden);
    Json there = Json::object({{"firstname", "Noor"}, {"lastname", "Zyqovex"}, {"lifecyclestage", "customer"}});
    for (const auto& [member, value] : in_hubspot.members()) there = there.with(member, value);
    enter("hubspot", "contacts", "id", there);
    ask(Json::object({{"command", "reconcile"}, {"system", "hubspot"}}));
    settle();
    wait(minutes(3));
    settle();
  }

  std::string hidden;
  bool shown = false, refuses = false;
  int asked = 0;
};

TEST_F(Holder, WhoHoldsTheNameAndIsTheSamePersonIsLinkedAndNotCreatedAgain) {
  noor(Json::object({{"EmailAddress", "noor@x.example"}}), Json::object({{"email", "noor@x.example"}}));
  EXPECT_GE(asked, 1);
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
  hide("");
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
}

TEST_F(Holder, WhereItCannotBeAskedAPersonMustLook) {
  refuses = true;
  noor(Json::object({{"EmailAddress", "noor@x.example"}}), Json::object({{"email", "noor@x.example"}}));
  wait(minutes(30));
  EXPECT_EQ(in_xero_by("Zyqovex"), 1u);
  const Json letters = ask(Json::object({{"command", "dead-letters.list"}}))["items"];
  ASSERT_EQ(letters.items().size(), 1u);
  EXPECT_EQ(letters[0]["code"].text(), "unique_taken");
}

TEST_F(Holder, InHubspotTheEMailIsAskedFor) {
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
  std::size_t count = 0;
  const Json all = state("hubspot", "contacts");
  for (const Json& one : all.items()) count += one["properties"]["lastname"].text() == "Zyqovex" ? 1 : 0;
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(open_reviews("unique_taken").items().size(), 0u);
}

}  // namespace
}  // namespace linchpin::sim
