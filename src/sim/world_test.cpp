// The whole line in the simulated world: first load, both ways, verification, faults and crashes at any step.
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "audit/log.hpp"
#include "base/metric.hpp"
#include "sandbox/client_book.hpp"
#include "sim/agreement.hpp"
#include "sim/deed.hpp"
#include "sim/hubs.hpp"
#include "sim/typed.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::minutes;

class TheLine : public testing::Test {
 protected:
  void make(std::uint64_t seed, int people, sandbox::Limits limits = sandbox::Limits::None,
            std::shared_ptr<const model::Hub> hub = nullptr, Onlooker* onlooker = nullptr) {
    auto made = World::make({.seed = seed, .limits = limits, .onlooker = onlooker, .hub = std::move(hub)});
    ASSERT_TRUE(made) << to_text(made.error());
    world = std::move(*made);
    book = sandbox::make_client_book(seed, world->now(), sandbox::client_book_of(people));
    ASSERT_TRUE(world->vendor("hubspot").seed(book.hubspot, world->now()));
    ASSERT_TRUE(world->vendor("xero").seed(book.xero, world->now()));
  }
  void settle(milliseconds most = minutes(60)) {
    const Result<void> quiet = world->run_until_quiet(most);
    ASSERT_TRUE(quiet) << to_text(quiet.error());
  }
  Json contacts() { return world->vendor("hubspot").state(world->now())["objects"]["contacts"]; }
  Json record(const std::string& id) {
    const Json all = contacts();
    for (const Json& c : all.items())
      if (c["id"].text() == id) return c;
    return {};
  }
  // HubSpot contact → Xero contact, as an app would learn it.
  std::map<std::string, std::string> links() {
    if (token.empty()) {
      const Result<Json> app = world->ask(Json::object({{"command", "app.add"}, {"name", "judge"}}));
      EXPECT_TRUE(app);
      token = to_hex(as_text(sha256((*app)["token"].text())));
    }
    std::map<std::string, std::string> found;
    Json cursor = "";
    do {
      const Result<Json> page = world->ask(Json::object(
          {{"command", "process.list"}, {"token", token}, {"entity", "contact"}, {"limit", 500}, {"cursor", cursor}}));
      EXPECT_TRUE(page);
      for (const Json& item : (*page)["items"].items()) {
        std::string hubspot, xero;
        for (const Json& link : item["links"].items())
          (link["system"].text() == "xero"      ? xero
           : link["system"].text() == "hubspot" ? hubspot
                                                : token_unused) = link["record"].text();
        if (!hubspot.empty() && !xero.empty()) found[hubspot] = xero;
      }
      cursor = (*page)["next"];
    } while (!cursor.is_null());
    return found;
  }
  void agree() {
    const Judged judged = judge_agreement(world->vendor("hubspot").state(world->now()),
                                          world->vendor("xero").state(world->now()), links());
    EXPECT_GT(judged.compared, 0);
    for (const std::string& complaint : judged.complaints) ADD_FAILURE() << complaint;
  }
  std::int64_t discrepant() {
    std::int64_t all = 0;
    const Result<Json> table = world->ask(Json::object({{"command", "table"}}));
    EXPECT_TRUE(table);
    for (const Json& row : (*table)["rows"].items()) all += row["discrepant_fields"].integer().value_or(0);
    return all;
  }

  std::unique_ptr<World> world;
  sandbox::ClientBook book;
  std::string token, token_unused;
};

TEST_F(TheLine, AFirstLoadLinksBeforeItWritesAndCreatesNobodyTwice) {
  make(1, 100);
  settle();
  agree();
  const std::map<std::string, std::string> linked = links();
  for (const sandbox::ClientPair& pair : book.same)
    EXPECT_EQ(linked.count(pair.hubspot) ? linked.at(pair.hubspot) : "", pair.xero) << pretty(record(pair.hubspot));
  for (const sandbox::ClientPair& pair : book.undecided)
    EXPECT_FALSE(linked.contains(pair.hubspot)) << "nothing is decided without a person";
  const Result<Json> reviews = world->ask(Json::object({{"command", "review.list"}}));
  ASSERT_TRUE(reviews);
  EXPECT_EQ((*reviews)["items"].items().size(), book.undecided.size());
  EXPECT_EQ(discrepant(), 0);
  EXPECT_TRUE(world->vendor("idcheck").state(world->now())["objects"]["verifications"].items().empty())
      << "a first load starts no checks";
}

TEST_F(TheLine, AnAnsweredReviewLinksOrParts) {
  make(2, 200);
  settle();
  const Result<Json> reviews = world->ask(Json::object({{"command", "review.list"}}));
  ASSERT_TRUE(reviews);
  ASSERT_GE((*reviews)["items"].items().size(), 2u);
  ASSERT_TRUE(
      world->ask(Json::object({{"command", "review.accept"}, {"id", (*reviews)["items"][0]["id"]}, {"by", "mia"}})));
  ASSERT_TRUE(
      world->ask(Json::object({{"command", "review.reject"}, {"id", (*reviews)["items"][1]["id"]}, {"by", "mia"}})));
  EXPECT_FALSE(world->ask(Json::object({{"command", "review.accept"}, {"id", (*reviews)["items"][0]["id"]}})))
      << "one answer";
  settle();
  agree();
  const Result<Json> left = world->ask(Json::object({{"command", "review.list"}}));
  EXPECT_EQ((*left)["items"].items().size(), (*reviews)["items"].items().size() - 2);
  const std::string accepted = (*reviews)["items"][0]["golden"].text();
  const Result<Json> golden =
      world->ask(Json::object({{"command", "process.get"}, {"token", token}, {"entity", "contact"}, {"id", accepted}}));
  ASSERT_TRUE(golden);
  EXPECT_EQ((*golden)["links"].items().size(), 2u);
}

TEST_F(TheLine, WhoWaitedForAReviewThatAnsweredItselfIsShared) {
  make(2, 200);
  settle();
  const Result<Json> open = world->ask(Json::object({{"command", "review.list"}}));
  ASSERT_TRUE(open);
  const Json review = (*open)["items"][0];
  ASSERT_EQ(review["kind"].text(), "match");
  const std::string system = review["system"].text(), record = review["record"].text();
  const bool crm = system == "hubspot";
  ASSERT_TRUE(
      world->edit(system, crm ? "contacts" : "Contacts", record,
                  crm ? Json::object({{"firstname", "Zelda"}, {"lastname", "Quiggin"}})
                      : Json::object({{"Name", "Zelda Quiggin"}, {"FirstName", "Zelda"}, {"LastName", "Quiggin"}})));
  settle();
  const Result<Json> left = world->ask(Json::object({{"command", "review.list"}}));
  ASSERT_TRUE(left);
  for (const Json& r : (*left)["items"].items()) ASSERT_NE(r["id"], review["id"]) << "it is plain by now";
  // Whoever it was compared with is in the other system too, or it is said why not.
  const auto pairs = links();
  const Result<Json> letters = world->ask(Json::object({{"command", "dead-letters.list"}}));
  ASSERT_TRUE(letters);
  const Result<Json> golden = world->ask(Json::object(
      {{"command", "process.get"}, {"token", token}, {"entity", "contact"}, {"id", review["golden"].text()}}));
  ASSERT_TRUE(golden) << to_text(golden.error());
  std::set<std::string> systems;
  for (const Json& link : (*golden)["links"].items()) systems.insert(link["system"].text());
  bool told = false;
  for (const Json& letter : (*letters)["items"].items()) told = told || letter["golden"] == review["golden"];
  EXPECT_TRUE(told || systems.size() == 2) << canonical(*golden);
}

TEST_F(TheLine, AChangeTravelsBothWaysAndItsEchoIsSilent) {
  make(3, 40);
  settle();
  const auto [hubspot, xero] = *links().begin();
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"phone", "0491 570 156"}})));
  settle();
  agree();
  const std::size_t calls = world->vendor("xero").log().size();
  ASSERT_TRUE(world->run_for(minutes(2)));
  settle();
  EXPECT_LE(world->vendor("xero").log().size() - calls, 3u) << "nothing but sweeps once it has settled";
}

// Xero has one time for a record, and our write moves it. An edit there of which the hub learns later must not count as
// made at that write: it would win over what somebody else wrote in between.
TEST_F(TheLine, AnEditThatCameBeforeOurOwnWriteKeepsItsTime) {
  constexpr std::size_t all_by_recency = 2;
  make(3, 40, sandbox::Limits::None, *hub_of(all_by_recency));
  settle();
  const auto [hubspot, xero] = *links().begin();
  const auto webhooks_wait = [&](const char* system, int s) {
    ASSERT_TRUE(world->vendor(system).set_faults(Json::object({{"webhook_delay_s", s}}), world->now()));
  };
  webhooks_wait("xero", 60);
  ASSERT_TRUE(world->edit("xero", "Contacts", xero, Json::object({{"LastName", "Harbour"}})));
  webhooks_wait("xero", 0);
  ASSERT_TRUE(world->run_for(seconds(5)));
  ASSERT_TRUE(world->ask(Json::object({{"command", "pause"}, {"system", "xero"}, {"by", "mia"}})));
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"firstname", "Avery"}})));
  ASSERT_TRUE(world->run_for(seconds(20)));
  webhooks_wait("hubspot", 120);
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"firstname", "Blake"}})));
  webhooks_wait("hubspot", 0);
  ASSERT_TRUE(world->run_for(seconds(5)));
  ASSERT_TRUE(world->ask(Json::object({{"command", "resume"}, {"system", "xero"}, {"by", "mia"}})));
  ASSERT_TRUE(world->run_for(minutes(3)));
  settle();
  agree();
  EXPECT_EQ(record(hubspot)["properties"]["firstname"].text(), "Blake") << "the last word on the name";
  const auto log = world->vendor("xero").log();
  EXPECT_TRUE(std::any_of(log.begin(), log.end(), [](const auto& l) { return l.target.ends_with("/History"); }));
}

// HubSpot's record has one time of change as well, but it tells when each property was written.
TEST_F(TheLine, AnotherPropertysEditDoesNotDateTheOneThatNoWebhookTold) {
  constexpr std::size_t all_by_recency = 2;
  make(3, 40, sandbox::Limits::None, *hub_of(all_by_recency));
  settle();
  const auto [hubspot, xero] = *links().begin();
  const auto hubspot_waits = [&](int s) {
    ASSERT_TRUE(world->vendor("hubspot").set_faults(Json::object({{"webhook_delay_s", s}}), world->now()));
  };
  hubspot_waits(600);
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"phone", "+61280000001"}})));
  ASSERT_TRUE(world->run_for(seconds(20)));
  ASSERT_TRUE(world->edit("xero", "Contacts", xero, Json::object({{"Phones", phone_in_xero("+61280000002")}})));
  hubspot_waits(0);
  ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"email", "harbour@example.com"}})));
  ASSERT_TRUE(world->run_for(minutes(3)));
  EXPECT_EQ(record(hubspot)["properties"]["phone"].text(), "+61280000002") << "the last word";
  settle();
  agree();
  EXPECT_EQ(record(hubspot)["properties"]["phone"].text(), "+61280000002") << "its event has come since";
}

TEST_F(TheLine, AFirstLoadKnowsWhenEachPropertyWasWritten) {
  constexpr std::size_t all_by_recency = 2;
  make(3, 40, sandbox::Limits::None, *hub_of(all_by_recency));
  settle();
  const auto [hubspot, xero] = *links().begin();
  const std::string name = record(hubspot)["properties"]["firstname"].text();
  make(3, 40, sandbox::Limits::None, *hub_of(all_by_recency));
  const Instant seeded = world->now();
  const auto edit = [&](const char* system, const char* object, const std::string& id, const Json& fields, int s) {
    ASSERT_TRUE(world->vendor(system).edit(object, id, fields, seeded + seconds(s)));
  };
  edit("hubspot", "contacts", hubspot, Json::object({{"firstname", name.substr(0, 1)}}), 1);
  edit("xero", "Contacts", xero, Json::object({{"AccountNumber", "HARBOUR-1"}}), 2);
  edit("hubspot", "contacts", hubspot, Json::object({{"marketing_consent", "false"}}), 3);
  std::string in_xero;
  for (const Json& c : world->vendor("xero").state(seeded)["objects"]["Contacts"].items())
    if (c["ContactID"].text() == xero) in_xero = c["FirstName"].text();
  settle();
  EXPECT_EQ(record(hubspot)["properties"]["firstname"].text(), in_xero) << "of two seconds, that is later than one";
  EXPECT_GT(in_xero.size(), 1u);
}

TEST_F(TheLine, ALeadThatBecomesAClientIsVerifiedAndTheOutcomeReachesTheCrm) {
  make(4, 40);
  settle();
  std::string lead;
  const Json all = contacts();
  for (const Json& c : all.items())
    if (c["properties"]["lifecyclestage"].text() == "lead" && !c["properties"]["email"].text().empty())
      lead = c["id"].text();
  ASSERT_FALSE(lead.empty());
  ASSERT_TRUE(world->edit("hubspot", "contacts", lead, Json::object({{"lifecyclestage", "customer"}})));
  ASSERT_TRUE(world->run_for(minutes(2)));
  settle();
  const Json checks = world->vendor("idcheck").state(world->now());
  EXPECT_EQ(checks["objects"]["verifications"].items().size(), 1u);
  const std::string outcome = record(lead)["properties"]["identity_verification"].text();
  EXPECT_TRUE(outcome == "verified" || outcome == "action_required") << outcome;
  agree();
}

// The keys that checks are asked under, in the rows of the last commit and of those before it.
struct KeysOfChecks : Onlooker {
  std::set<std::string> before, last, sent_under;
  void committed(const engine::Batch& batch, Instant) override {
    before.merge(last), last.clear();
    for (const engine::DeliveryRow& row : batch.deliveries)
      if (row.operation == engine::Operation::Do) last.insert(row.idempotency_key);
  }
  void sent(const engine::Send& send, Instant) override {
    const Deed deed = deed_of(send.system.text, send.request);
    if (deed.kind == Deed::Kind::Check) sent_under.insert(deed.key);
  }
};

TEST_F(TheLine, ACheckIsAskedOneCommitAfterItsKeyIsKept) {
  KeysOfChecks keys;
  make(4, 40, sandbox::Limits::None, nullptr, &keys);
  settle();
  ASSERT_TRUE(world->edit("xero", "Contacts", "",
                          Json::object({{"Name", "Mia Novak"},
                                        {"FirstName", "Mia"},
                                        {"LastName", "Novak"},
                                        {"EmailAddress", "mia.novak@mail.example"}})));
  while (keys.sent_under.empty() && world->now() < from_ms(1795500000000) + minutes(60)) ASSERT_TRUE(world->step());
  ASSERT_EQ(keys.sent_under.size(), 1u);
  EXPECT_TRUE(keys.before.contains(*keys.sent_under.begin()))
      << "a disk that lies about the last commit takes the key with it";
}

TEST_F(TheLine, TheInboxIsForgottenAfterItsTimeAndNotBefore) {
  make(5, 20);
  settle();
  ASSERT_TRUE(world->edit("hubspot", "contacts", links().begin()->first, Json::object({{"phone", "0491 570 156"}})));
  settle();
  EXPECT_FALSE(world->inbox().read(Position(0), 10)->empty());
  const Json why = Json::object(
      {{"command", "explain"}, {"entity", "contact"}, {"id", "hubspot:" + links().begin()->first}, {"field", "phone"}});
  const Result<Json> told = world->ask(why);
  ASSERT_TRUE(told);
  EXPECT_GT((*told)["chain"].items().size(), 1u);
  const Json& chosen = (*told)["chain"][0];
  EXPECT_EQ(chosen["path"].text(), "properties.phone") << pretty(*told);
  EXPECT_EQ(chosen["holds"].text(), "0491 570 156") << "as the system has it";
  EXPECT_EQ(chosen["transform"].text(), "type phone, region AU");
  world->sleep(std::chrono::days(29));
  settle();
  EXPECT_FALSE(world->inbox().read(Position(0), 10)->empty());
  world->sleep(std::chrono::days(3));
  settle();
  EXPECT_TRUE(world->inbox().read(Position(0), 10)->empty());
  const Result<Json> still = world->ask(why);
  ASSERT_TRUE(still);
  EXPECT_EQ(*still, *told) << "why it holds that is not forgotten with it";
  agree();
}

TEST_F(TheLine, AVendorThatAnswersNonsenseIsADeadLetterUntilItIsUnderstoodAgain) {
  make(6, 20);
  settle();
  const auto kinds = [&] {
    std::set<std::string> found;
    const Result<Json> letters = world->ask(Json::object({{"command", "dead-letters.list"}}));
    EXPECT_TRUE(letters);
    for (const Json& letter : (*letters)["items"].items())
      found.insert(letter["kind"].text() + " " + letter["system"].text() + " " + letter["code"].text());
    return found;
  };
  EXPECT_TRUE(kinds().empty());
  ASSERT_TRUE(world->vendor("xero").set_faults(Json::object({{"nonsense", 1}}), world->now()));
  ASSERT_TRUE(world->edit("hubspot", "contacts", links().begin()->first, Json::object({{"phone", "0491 570 156"}})));
  ASSERT_TRUE(world->run_for(minutes(40)));
  EXPECT_TRUE(kinds().contains("call xero answer_unusable")) << "its list was not understood three times";
  ASSERT_TRUE(world->vendor("xero").set_faults(Json(Json::Object{}), world->now()));
  ASSERT_TRUE(world->run_for(minutes(40)));
  settle();
  agree();
  EXPECT_TRUE(kinds().empty());
}

// Xero remembers an error under its idempotency key for six minutes: what is repeated after the answer and the look is
// a request of its own.
TEST_F(TheLine, AnErrorThatASystemAnsweredIsNotAskedForAgain) {
  make(7, 20);
  settle();
  ASSERT_TRUE(world->vendor("xero").set_faults(Json::object({{"error_500", 1}}), world->now()));
  const auto refused = [&] {
    const auto& log = world->vendor("xero").log();
    return std::count_if(log.begin(), log.end(), [](const auto& l) { return l.method == "PUT" && l.status == 500; });
  };
  std::vector<std::string> newcomers;  // half of what is answered with an error was done nevertheless
  for (const char* name : {"Abel", "Bede", "Cleo", "Dora", "Enid", "Fern"}) {
    const Result<Json> made =
        world->edit("hubspot", "contacts", "",
                    Json::object({{"firstname", name}, {"lastname", "Quiggin"}, {"lifecyclestage", "customer"}}));
    ASSERT_TRUE(made);
    newcomers.push_back((*made)["id"].text());
    const auto before = refused();
    for (int i = 0; i < 60 && refused() == before; ++i) ASSERT_TRUE(world->run_for(std::chrono::seconds(1)));
    ASSERT_GT(refused(), before);
  }
  ASSERT_TRUE(world->vendor("xero").set_faults(Json(Json::Object{}), world->now()));
  ASSERT_TRUE(world->run_for(minutes(2)));
  agree();
  const std::map<std::string, std::string> linked = links();
  for (const std::string& newcomer : newcomers) EXPECT_TRUE(linked.contains(newcomer)) << newcomer;
}

// What the hub counts against a system's budget is what it calls: a write that counted twice would take half of it
// away.
TEST_F(TheLine, ACallCountsOnceInItsSystemsLimits) {
  make(8, 60, sandbox::Limits::Real);
  settle();
  const auto pairs = links();
  for (const auto& [hubspot, xero] : pairs) {
    ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"phone", "0491 570 156"}})));
    settle();
  }
  const auto called = std::ssize(world->vendor("xero").log());
  EXPECT_GT(called, 50);
  const std::string_view gauge = "linchpin_rate_limit_used_ratio{system=\"xero\",window=\"day\"} ";
  const std::string metrics = metric::exposition();
  const auto at = metrics.find(gauge);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(std::lround(std::stod(metrics.substr(at + gauge.size())) * 5000), called)
      << "of the 5,000 a day that its answers tell of";
}

// Faults and crashes at any step, while people edit at both sides; afterwards every edit is everywhere.
class UnderFaults : public TheLine, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(UnderFaults, NothingIsLostAndNothingDoubled) {
  make(GetParam(), 60);
  settle();
  Random chance(GetParam() * 77);
  const std::map<std::string, std::string> pairs = links();
  std::vector<std::pair<std::string, std::string>> people(pairs.begin(), pairs.end());
  const Json faults = Json::object({{"lost_answer", Json(Json::Number{"0.1"})},
                                    {"error_500", Json(Json::Number{"0.1"})},
                                    {"reject_429", Json(Json::Number{"0.05"})},
                                    {"webhook_double", Json(Json::Number{"0.2"})},
                                    {"webhook_reorder", Json(Json::Number{"0.2"})},
                                    {"slow_ms", 40}});
  for (const char* system : {"hubspot", "xero", "idcheck"})
    ASSERT_TRUE(world->vendor(system).set_faults(faults, world->now()));
  std::map<std::string, std::string> last;  // HubSpot id → the digits that both must have in the end
  int made = 0;
  for (int round = 0; round < 60; ++round) {
    const auto& [hubspot, xero] = people[chance.below(people.size())];
    const std::string number = "04" + std::to_string(10000000 + chance.below(28999999));
    // Each person is edited at one side in a round, and left alone until it has had time to travel.
    if (!last.contains(hubspot) && chance.chance(0.5)) {
      last[hubspot] = number;
      if (chance.chance(0.5))
        ASSERT_TRUE(world->edit("hubspot", "contacts", hubspot, Json::object({{"phone", number}})));
      else
        ASSERT_TRUE(world->edit("xero", "Contacts", xero,
                                Json::object({{"Phones", Json::list({Json::object({{"PhoneType", "MOBILE"},
                                                                                   {"PhoneNumber", number},
                                                                                   {"PhoneAreaCode", ""},
                                                                                   {"PhoneCountryCode", ""}})})}})));
    }
    if (made < 24 && chance.chance(0.3)) {  // somebody new, who is to be created at the other side
      ++made;
      ASSERT_TRUE(world->edit("hubspot", "contacts", "",
                              Json::object({{"firstname", "New" + std::string(1, static_cast<char>('a' + made))},
                                            {"lastname", "Person" + std::string(1, static_cast<char>('a' + made))},
                                            {"email", "new" + std::to_string(made) + "@faults.example"},
                                            {"phone", number},
                                            {"lifecyclestage", "customer"}})));
    }
    ASSERT_TRUE(world->run_for(milliseconds(static_cast<std::int64_t>(chance.below(1500)))));
    if (chance.chance(0.3)) ASSERT_TRUE(world->crash());
  }
  for (const char* system : {"hubspot", "xero", "idcheck"})
    ASSERT_TRUE(world->vendor(system).set_faults(Json(Json::Object{}), world->now()));
  settle(minutes(600));
  agree();
  EXPECT_EQ(discrepant(), 0);
  const Json all = contacts();
  std::map<std::string, int> by_email;
  for (const Json& c : all.items()) {
    ++by_email[c["properties"]["email"].text()];
    const auto expected = last.find(c["id"].text());
    if (expected == last.end()) continue;
    std::string digits;
    for (const char k : c["properties"]["phone"].text())
      if (std::isdigit(static_cast<unsigned char>(k))) digits.push_back(k);
    EXPECT_EQ(digits.substr(digits.size() - 9), expected->second.substr(1)) << "an edit was lost: " << c["id"].text();
  }
  std::map<std::string, int> in_xero;
  const Json xero_now = world->vendor("xero").state(world->now());
  for (const Json& c : xero_now["objects"]["Contacts"].items()) ++in_xero[c["EmailAddress"].text()];
  for (int i = 1; i <= made; ++i) {
    const std::string email = "new" + std::to_string(i) + "@faults.example";
    EXPECT_EQ(by_email[email], 1);
    EXPECT_EQ(in_xero[email], 1) << "created once and only once: number " << i;
  }
  AuditStore audit_store(world->store());
  const auto log = audit::Log::open(audit_store, "sim/audit", signing_key_from_seed(std::string(32, 's')));
  ASSERT_TRUE(log);
  for (;;) {
    const Result<bool> more = (*log)->integrate();
    ASSERT_TRUE(more) << to_text(more.error());
    if (!*more) break;
  }
}

// SEEDS=300 runs more of them.
std::uint64_t seeds() {
  const char* wanted = std::getenv("SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 12;
}
INSTANTIATE_TEST_SUITE_P(Seeds, UnderFaults, testing::Range<std::uint64_t>(1, 1 + seeds()));

}  // namespace
}  // namespace linchpin::sim
