// The connectors against the vendors' sandboxes: each call's request goes to the vendor, its answer comes back, until
// the call is done. Neither knows the other: what they agree on is the vendor's contract.
#include <gtest/gtest.h>

#include "connect/runtime.hpp"
#include "sandbox/vendor.hpp"

namespace linchpin::sim {
namespace {

using namespace engine;

constexpr Instant start{milliseconds(1'795'480'000'000)};

class Peer {
 public:
  Peer(const std::string& name, const std::string& path)
      : name_(name),
        vendor(*sandbox::make_vendor(name, 7, sandbox::Limits::Real)),
        connector(std::move(*connect::make_connector(*model::shipped_manifest(name), {}))),
        public_url_("https://hub.example.com.au"),
        target_(public_url_ + path) {
    vendor->set_webhook_target(target_, now);
    const Json given = vendor->credentials();
    const auto secret = [&](const char* ours, const char* theirs) {
      if (given.find(theirs)) credential.secrets[ours] = Secret(given[theirs].text());
    };
    secret("token", "token");
    secret("client_id", "client_id");
    secret("client_secret", "client_secret");
    secret("refresh_token", "refresh_token");
    secret("webhook.secret", given.find("webhook_key") ? "webhook_key" : "webhook_secret");
    credential.settings["tenant"] = given["tenant_id"].text();
    credential.base_url = "http://127.0.0.1:9100";
    if (connector->needs_access_token()) authorise();
  }

  template <class What>
  Outcome call(What what) {
    Call call{CallId(1), SystemName(name_), std::move(what), {}};
    for (int steps = 0; steps < 50; ++steps) {
      const auto request = connector->request(call, credential, now);
      if (!request) return Refused{request.error()};
      const sandbox::Served served = vendor->answer(*request, now);
      last_ = served.answer.body;
      Outcome outcome = connector->outcome(
          call, served.lost ? Result<Answer>(fail(Code::SystemUnavailable, "lost")) : Result<Answer>(served.answer),
          now);
      auto* on = std::get_if<Continues>(&outcome);
      if (!on) return outcome;
      call.carry = on->carry;
    }
    return Refused{};
  }
  template <class Out, class What>
  Out must(What what) {
    Outcome outcome = call(std::move(what));
    Out* out = std::get_if<Out>(&outcome);
    if (out) return *std::move(out);
    ADD_FAILURE() << name_ << ": outcome " << outcome.index() << ", the vendor said " << last_;
    return {};
  }

  void authorise() {
    const auto authorised = must<Authorised>(AuthoriseCall{});
    credential.access_token = authorised.access_token;
    credential.access_expires = authorised.expires;
    if (!authorised.refresh_token.empty()) credential.refresh_token = authorised.refresh_token;
  }

  // What the webhooks that are due say; each is verified as the hub would.
  std::vector<Event> events(seconds wait = seconds(0)) {
    now += wait;
    std::vector<Event> all;
    for (const sandbox::Webhook& webhook : vendor->webhooks_due(now)) {
      Request request = webhook.request;
      EXPECT_TRUE(request.url.starts_with(public_url_));
      request.url = request.url.substr(public_url_.size());
      const Signature signature = connector->verify(request, public_url_, credential, now);
      request.body += " ";
      EXPECT_EQ(connector->verify(request, public_url_, credential, now), Signature::Bad);
      vendor->webhook_answered(webhook.id, signature == Signature::Good ? 200 : 401, now);
      if (signature != Signature::Good) continue;
      const auto read = connector->events(webhook.request.body, credential);
      EXPECT_TRUE(read) << to_text(read.error());
      if (read) all.insert(all.end(), read->begin(), read->end());
    }
    return all;
  }

 private:
  std::string name_;

 public:
  std::unique_ptr<sandbox::Vendor> vendor;
  std::unique_ptr<Connector> connector;
  Credential credential;
  Instant now = start;

 private:
  std::string public_url_, target_, last_;
};

WriteItem item(int delivery, const char* golden, std::string_view body, std::string record = "") {
  return {DeliveryId(delivery), GoldenId(golden), RecordId(std::move(record)), *parse_json(body),
          "key-" + std::to_string(delivery)};
}
const std::vector<std::string> members{"properties.email", "properties.firstname", "properties.phone"};
using Kind = WriteResult::Kind;

struct Hubspot : ::testing::Test {
  Peer peer{"hubspot", "/webhooks/hubspot"};
  const ObjectName contacts{"contacts"};
  void SetUp() override { peer.must<Prepared>(PrepareCall{}); }
  Written create(std::vector<WriteItem> items) {
    return peer.must<Written>(WriteCall{contacts, Operation::Create, "", std::move(items)});
  }
  Written update(std::vector<WriteItem> items) {
    return peer.must<Written>(WriteCall{contacts, Operation::Update, "", std::move(items)});
  }
};

TEST_F(Hubspot, IsPreparedOnceAndThenFoundReady) { peer.must<Prepared>(PrepareCall{}); }

TEST_F(Hubspot, ACreateThatIsRepeatedFindsWhatTheFirstMade) {
  const auto first = create({item(1, "g_1", R"({"properties":{"email":"mia@example.com","firstname":"Mia"}})")});
  ASSERT_EQ(first.results.at(0).kind, Kind::Confirmed);
  const auto again = create({item(2, "g_1", R"({"properties":{"email":"mia@example.com","firstname":"Mia"}})")});
  ASSERT_EQ(again.results.at(0).kind, Kind::Confirmed);
  EXPECT_EQ(first.results[0].record->id, again.results[0].record->id);
  const auto looked = peer.must<Looked>(LookCall{contacts, {GoldenId("g_1"), GoldenId("g_9")}, members});
  ASSERT_EQ(looked.found.size(), 1u);
  EXPECT_EQ(looked.found[0].second.id, first.results[0].record->id);
}

TEST_F(Hubspot, ABatchKeepsItsGoodItemsBesideATakenEmailAndABadOne) {
  ASSERT_EQ(create({item(1, "g_1", R"({"properties":{"email":"mia@example.com"}})")}).results.at(0).kind,
            Kind::Confirmed);
  const auto written = create({item(2, "g_2", R"({"properties":{"email":"ann@example.com"}})"),
                               item(3, "g_3", R"({"properties":{"email":"MIA@example.com"}})"),
                               item(4, "g_4", R"({"properties":{"email":"no address"}})")});
  ASSERT_EQ(written.results.size(), 3u);
  EXPECT_EQ(written.results[0].kind, Kind::Confirmed);
  EXPECT_EQ(written.results[1].kind, Kind::UniqueTaken);
  EXPECT_EQ(written.results[1].unique_at, "properties.email");
  EXPECT_EQ(written.results[2].kind, Kind::Dead);
}

TEST_F(Hubspot, AnUpdateClearsWithAnEmptyTextAndIsReadBack) {
  const auto made = create({item(1, "g_1", R"({"properties":{"email":"mia@example.com","phone":"+61412345678"}})")});
  const std::string id = made.results.at(0).record->id.text;
  peer.now += seconds(1);
  const auto written = update({item(2, "g_1", R"({"properties":{"phone":null}})", id),
                               item(3, "g_2", R"({"properties":{"phone":"1"}})", "999999")});
  ASSERT_EQ(written.results.size(), 2u);
  EXPECT_EQ(written.results[0].kind, Kind::Confirmed);
  EXPECT_EQ(written.results[1].kind, Kind::Gone);
  const auto fetched = peer.must<Fetched>(FetchCall{contacts, {RecordId(id), RecordId("999999")}, members});
  ASSERT_EQ(fetched.records.size(), 1u);
  EXPECT_TRUE(fetched.records[0].body["properties"]["phone"].text().empty());
  EXPECT_EQ(fetched.records[0].body["properties"]["linchpin_id"].text(), "g_1");
  EXPECT_GT(fetched.records[0].updated, fetched.records[0].created);
}

TEST_F(Hubspot, AListAndASearchFindEveryContactPageByPage) {
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<WriteItem> items;
    for (int i = 0; i < 90; ++i) {
      const std::string n = std::to_string(batch * 90 + i);
      items.push_back(
          item(batch * 90 + i, ("g_" + n).c_str(), R"({"properties":{"email":"p)" + n + R"(@example.com"}})"));
    }
    create(items);
  }
  std::set<RecordId> listed, hinted;
  std::string cursor;
  do {
    const auto page = peer.must<Listed>(ListCall{contacts, {}, cursor, members});
    for (const Record& record : page.records) listed.insert(record.id);
    cursor = page.next;
  } while (!cursor.empty());
  peer.now += std::chrono::minutes(1);  // the index has caught up
  do {
    const auto page = peer.must<Listed>(ListCall{contacts, start, cursor, members});
    for (const Hinted& one : page.hints) hinted.insert(one.id);
    cursor = page.next;
    peer.now += seconds(1);
  } while (!cursor.empty());
  EXPECT_EQ(listed.size(), 270u);
  EXPECT_EQ(hinted, listed);
}

TEST_F(Hubspot, AnEditAtItsScreenComesAsAnEventOfOneProperty) {
  const auto made = create({item(1, "g_1", R"({"properties":{"email":"mia@example.com"}})")});
  const RecordId id = made.results.at(0).record->id;
  peer.events(seconds(10));
  ASSERT_TRUE(peer.vendor->edit("contacts", id.text, *parse_json(R"({"phone":"0412 345 678"})"), peer.now));
  const auto events = peer.events(seconds(10));
  const auto phone = std::ranges::find(events, "properties.phone", &Event::property);
  ASSERT_NE(phone, events.end());
  EXPECT_EQ(phone->record, id);
  EXPECT_EQ(phone->object, contacts);
  EXPECT_EQ(phone->kind, EventKind::Changed);
}

TEST_F(Hubspot, SearchesTooFastAreToldToWaitASecond) {
  Outcome outcome;
  for (int i = 0; i < 6; ++i) outcome = peer.call(ListCall{contacts, start, "", {}});
  const auto* retry = std::get_if<Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(retry->after, seconds(1));
  EXPECT_EQ(retry->error.code, Code::RateLimited);
}

struct Xero : ::testing::Test {
  Peer peer{"xero", "/webhooks/xero"};
  const ObjectName contacts{"Contacts"};
  Written create(std::vector<WriteItem> items) {
    return peer.must<Written>(WriteCall{contacts, Operation::Create, "", std::move(items)});
  }
  Written update(std::vector<WriteItem> items) {
    return peer.must<Written>(WriteCall{contacts, Operation::Update, "", std::move(items)});
  }
};

TEST_F(Xero, ItsRefreshTokenRotatesAndAnExpiredAccessIsTold) {
  const Secret before = peer.credential.refresh_token;
  peer.now += std::chrono::minutes(31);
  const Outcome expired = peer.call(ListCall{contacts, {}, "", {}});
  EXPECT_TRUE(std::holds_alternative<Unauthorised>(expired));
  peer.authorise();
  EXPECT_NE(peer.credential.refresh_token.bytes(), before.bytes());
  peer.must<Listed>(ListCall{contacts, {}, "", {}});
}

TEST_F(Xero, CreatesHaveEachTheirOwnResultAndARepeatIsFoundByALook) {
  const auto written = create({item(1, "g_1", R"({"Name":"Mia Chen","FirstName":"Mia","EmailAddress":null})"),
                               item(2, "g_2", R"({"Name":"Ann Lee"})")});
  ASSERT_EQ(written.results.size(), 2u);
  EXPECT_EQ(written.results[0].kind, Kind::Confirmed);
  EXPECT_EQ(written.results[1].kind, Kind::Confirmed);
  const auto again = create({item(3, "g_1", R"({"Name":"Mia Chen, 2nd"})"), item(4, "g_4", R"({"Name":"Ann Lee"})")});
  ASSERT_EQ(again.results.size(), 2u);
  EXPECT_EQ(again.results[0].kind, Kind::Unknown) << "the hub's id is there: look";
  EXPECT_EQ(again.results[1].kind, Kind::UniqueTaken);
  EXPECT_EQ(again.results[1].unique_at, "Name");
  const auto looked = peer.must<Looked>(LookCall{contacts, {GoldenId("g_1"), GoldenId("g_9"), GoldenId("g_2")}, {}});
  ASSERT_EQ(looked.found.size(), 2u);
  EXPECT_EQ(looked.found[0].second.id, written.results[0].record->id);
}

TEST_F(Xero, AnUpdateIsSeenByASweepAndByAWebhook) {
  const RecordId id =
      create({item(1, "g_1", R"({"Name":"Mia Chen","EmailAddress":"mia@example.com"})")}).results.at(0).record->id;
  for (int i = 0; i < 20; ++i) peer.events(seconds(5));  // its intent to receive, too
  const Instant before = peer.now;
  const auto written = update({item(2, "g_1", R"({"EmailAddress":null})", id.text)});
  ASSERT_EQ(written.results.at(0).kind, Kind::Confirmed);
  EXPECT_EQ(written.results[0].record->body["EmailAddress"].text(), "");
  const auto swept = peer.must<Listed>(ListCall{contacts, before, "", {}});
  ASSERT_EQ(swept.records.size(), 1u);
  EXPECT_EQ(swept.records[0].id, id);
  EXPECT_GE(swept.records[0].updated, before - seconds(1));
  std::vector<Event> events;
  for (int i = 0; i < 10 && events.empty(); ++i) events = peer.events(seconds(5));
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].record, id);
  const auto fetched =
      peer.must<Fetched>(FetchCall{contacts, {id, RecordId("00000000-0000-4000-8000-000000000000")}, {}});
  ASSERT_EQ(fetched.records.size(), 1u);
}

TEST(Idcheck, ACheckIsMadeOnceAndItsPersonIsReadWhenItIsComplete) {
  Peer peer{"idcheck", "/webhooks/idcheck"};
  const ObjectName verifications("verifications");
  const WriteCall make{verifications,
                       Operation::Do,
                       "create_check",
                       {item(1, "g_1", R"({"given_name":"Mia","family_name":"Chen","email":"mia@example.com"})")}};
  const auto first = peer.must<Written>(make);
  const auto again = peer.must<Written>(make);
  ASSERT_EQ(first.results.at(0).kind, Kind::Confirmed);
  const RecordId id = first.results[0].record->id;
  EXPECT_EQ(again.results.at(0).record->id, id) << "the idempotency key is remembered";
  EXPECT_TRUE(peer.must<Fetched>(FetchCall{verifications, {id}, {}}).records.at(0).body["person"].is_null());

  const auto events = peer.events(seconds(10));
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].record, id);
  const auto fetched = peer.must<Fetched>(FetchCall{verifications, {RecordId("none"), id}, {}});
  ASSERT_EQ(fetched.records.size(), 1u);
  EXPECT_FALSE(fetched.records[0].body["person"]["date_of_birth"].text().empty());
  EXPECT_EQ(fetched.records[0].body["external_id"].text(), "g_1");
  const Listed listed = peer.must<Listed>(ListCall{verifications, start, "", {}});
  ASSERT_EQ(listed.hints.size(), 1u);
  EXPECT_EQ(listed.hints[0].id, id);
}

}  // namespace
}  // namespace linchpin::sim
