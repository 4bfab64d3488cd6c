#include "server/webhooks.hpp"

#include "base/metric.hpp"
#include "engine/seal.hpp"
#include "server/http.hpp"
#include "server/raw_client.hpp"
#include "sim/clock.hpp"
#include "sim/memory_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace linchpin::server {
namespace {

// A vendor that signs URL, time and body with HMAC-SHA-256, as the real ones do in their several ways.
class Signing : public engine::Connector {
 public:
  const model::Manifest& manifest() const override { return manifest_; }
  bool needs_access_token() const override { return false; }
  bool needs_prepare() const override { return false; }
  bool repeats_safely(const engine::WriteCall&) const override { return false; }
  Result<Request> request(const engine::Call&, const engine::Credential&, Instant) const override {
    return fail(Code::NotFound, "this vendor is never called");
  }
  engine::Outcome outcome(const engine::Call&, const Result<Answer>&, Instant) const override {
    return engine::Refused{{Code::NotFound, "this vendor is never called", {}, {}}};
  }
  engine::Limits limits() const override { return {}; }
  std::vector<engine::Remaining> remaining(const Answer&) const override { return {}; }
  std::string special_window(const engine::Call&) const override { return {}; }
  engine::Signature verify(const Request& r, const std::string& public_url, const engine::Credential& credential,
                           Instant now) const override {
    const std::string *time = find_header(r.headers, "X-Vendor-Timestamp"),
                      *given = find_header(r.headers, "X-Vendor-Signature");
    if (!time || !given) return engine::Signature::Bad;
    if (!equal_constant_time(*given,
                             sign(credential.secrets.at("webhook.secret").bytes(), public_url + r.url, *time, r.body)))
      return engine::Signature::Bad;
    const std::int64_t age = ms_since_epoch(now) - std::atoll(time->c_str());
    return age > 300'000 ? engine::Signature::Stale : engine::Signature::Good;
  }
  Result<std::vector<engine::Event>> events(std::string_view, const engine::Credential&) const override {
    return std::vector<engine::Event>{};
  }
  static std::string sign(std::string_view secret, const std::string& url, const std::string& time,
                          const std::string& body) {
    return to_hex(as_text(hmac_sha256(secret, url + time + body)));
  }

 private:
  model::Manifest manifest_;
};

class DayKeys : public engine::Keys {
 public:
  std::atomic<bool> broken{false};
  Result<Secret> of(const GoldenId&) override { return of_day(""); }
  Result<void> fetch(const std::vector<GoldenId>&) override { return {}; }
  Secret make(const GoldenId&) override { return of_day("").value(); }
  Result<void> flush() override { return {}; }
  Result<Secret> of_day(const std::string& day) override {
    if (broken) return fail(Code::KeyMissing, "no key for the day");
    return Secret(as_text(sha256("day" + day)));
  }
  Result<void> forget_days_before(const std::string&) override { return {}; }
  Result<Secret> of_hub() override { return of_day(""); }
  std::string blind(std::string_view, std::string_view) override { return {}; }
  std::string digest(std::string_view, std::string_view) override { return {}; }
};

struct Served {
  sim::Clock clock;
  sim::Inbox inbox;
  DayKeys keys;
  std::unique_ptr<HttpServer> server;

  Served() {
    auto credential = std::make_shared<engine::Credential>();
    credential->secrets.emplace("webhook.secret", Secret("s3cret"));
    Router router;
    const auto systems = std::make_shared<const WebhookSystems>(WebhookSystems{
        {"vendor", {std::make_shared<Signing>(), [credential] { return credential; }, "https://hub.example"}}});
    add_webhooks(router, [systems] { return systems; }, inbox, keys, clock);
    server = serve("127.0.0.1:0", {}, router).value();
  }
  std::string time(milliseconds ago = milliseconds(0)) { return std::to_string(ms_since_epoch(clock.now() - ago)); }
  std::string signed_request(const std::string& body, const std::string& more = "",
                             milliseconds ago = milliseconds(0)) {
    return "POST /webhooks/vendor?a=%2F HTTP/1.1\r\nHost: evil.example\r\nX-Vendor-Timestamp: " + time(ago) +
           "\r\nX-Vendor-Signature: " +
           Signing::sign("s3cret", "https://hub.example/webhooks/vendor?a=%2F", time(ago), body) + "\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  RawAnswer ask(const std::string& bytes) {
    RawClient client(server->address());
    return client.ask(bytes);
  }
  std::int64_t stored() { return inbox.last().value().number; }
};

double counted(const std::string& outcome) {
  const std::string text = metric::exposition();
  const std::string line = "linchpin_webhooks_total{outcome=\"" + outcome + "\",system=\"vendor\"} ";
  const std::size_t at = text.find(line);
  return at == std::string::npos ? 0 : std::atof(text.c_str() + at + line.size());
}

TEST(Webhooks, ASignedBodyIsStoredWholeAndSealedUnderTheDaysKey) {
  Served served;
  const double before = counted("accepted");
  const std::string body = "[{\"email\":\"mia@example.au\"}]\xff not even JSON";
  const RawAnswer answer = served.ask(served.signed_request(body));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.head.find("Set-Cookie"), std::string::npos);
  const auto entries = served.inbox.read(Position(0), 10).value();
  ASSERT_EQ(entries.size(), 1u);
  const engine::InboxEntry& entry = entries.front();
  EXPECT_EQ(entry.system, SystemName("vendor"));
  EXPECT_EQ(entry.day, "2026-01-01");
  EXPECT_EQ(entry.at, served.clock.now());
  EXPECT_EQ(entry.sealed.find("mia@"), std::string::npos);
  const Secret key = served.keys.of_day(entry.day).value();
  EXPECT_EQ(engine::open_body(entry.sealed, entry.system, entry.day, key).value(), body);
  EXPECT_FALSE(engine::open_body(entry.sealed, SystemName("other"), entry.day, key));
  EXPECT_EQ(counted("accepted"), before + 1);
}

TEST(Webhooks, ABodyWithoutEventsIsStoredLikeAnyOther) {
  Served served;
  EXPECT_EQ(served.ask(served.signed_request("{\"events\":[]}")).status, 200);
  EXPECT_EQ(served.ask(served.signed_request("")).status, 200);
  EXPECT_EQ(served.stored(), 2);
}

TEST(Webhooks, ABadSignatureOrAStaleTimeIs401WithAnEmptyBodyAndNothingIsStored) {
  Served served;
  const double unsigned_before = counted("unsigned"), stale_before = counted("stale");
  std::string flipped = served.signed_request("{\"a\":1}");
  flipped.back() ^= 1;
  const std::string missing = "POST /webhooks/vendor HTTP/1.1\r\nHost: hub\r\nContent-Length: 2\r\n\r\n{}";
  std::string elsewhere = served.signed_request("{\"a\":1}");
  elsewhere.replace(elsewhere.find("a=%2F"), 5, "a=%2f");
  for (const std::string& request :
       {flipped, missing, elsewhere, served.signed_request("{}", "", milliseconds(301'000))}) {
    const RawAnswer answer = served.ask(request);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body, "");
  }
  EXPECT_EQ(counted("unsigned"), unsigned_before + 3);
  EXPECT_EQ(counted("stale"), stale_before + 1);
  EXPECT_EQ(served.stored(), 0);
}

TEST(Webhooks, AnEncodedOrTooLargeBodyIsRefusedAndNothingIsStored) {
  Served served;
  const double before = counted("refused");
  for (const char* encoding : {"gzip", "identity", "br"}) {
    const RawAnswer answer =
        served.ask(served.signed_request("{}", std::string("Content-Encoding: ") + encoding + "\r\n"));
    EXPECT_EQ(answer.status, 415);
    EXPECT_EQ(answer.body, "");
  }
  EXPECT_EQ(counted("refused"), before + 3);
  EXPECT_EQ(served.ask("POST /webhooks/vendor HTTP/1.1\r\nHost: hub\r\nContent-Length: 4194305\r\n\r\n").status, 413);
  EXPECT_EQ(served.stored(), 0);
  EXPECT_EQ(served.ask(served.signed_request(std::string(4u << 20, 'x'))).status, 200);
}

TEST(Webhooks, AnUnknownSystemIs404AndAnotherMethod405) {
  Served served;
  EXPECT_EQ(served.ask("POST /webhooks/nobody HTTP/1.1\r\nHost: hub\r\nContent-Length: 2\r\n\r\n{}").status, 404);
  for (const char* method : {"GET", "PUT", "DELETE"})
    EXPECT_EQ(served.ask(std::string(method) + " /webhooks/vendor HTTP/1.1\r\nHost: hub\r\n\r\n").status, 405)
        << method;
  EXPECT_EQ(metric::exposition().find("nobody"), std::string::npos);  // a stranger's word is no label
}

TEST(Webhooks, TheSenderIsAnsweredOnlyWhenTheBodyIsDurable) {
  Served served;
  served.inbox.hold(true);
  RawClient client(served.server->address());
  client.send(served.signed_request("{}"));
  std::atomic<bool> answered{false};
  std::thread reader([&] {
    EXPECT_EQ(client.answer().status, 200);
    answered = true;
  });
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_FALSE(answered);
  served.inbox.flush();
  reader.join();
  EXPECT_EQ(served.stored(), 1);
}

TEST(Webhooks, AFullDiskOrAMissingKeyIs503AndTheSenderIsToComeBack) {
  Served served;
  served.inbox.refuse(1);
  const RawAnswer full = served.ask(served.signed_request("{}"));
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.body, "");
  EXPECT_NE(full.head.find("Retry-After: "), std::string::npos);
  served.keys.broken = true;
  EXPECT_EQ(served.ask(served.signed_request("{}")).status, 503);
  EXPECT_EQ(served.stored(), 0);
  served.keys.broken = false;
  EXPECT_EQ(served.ask(served.signed_request("{}")).status, 200);  // recovers when there is room
}

TEST(Webhooks, WhenAsMuchWaitsAsMayItIs429) {
  Served served;
  served.inbox.hold(true);
  served.inbox.limit(1);
  RawClient first(served.server->address());
  first.send(served.signed_request("{}"));
  std::this_thread::sleep_for(milliseconds(50));
  const RawAnswer busy = served.ask(served.signed_request("{}"));
  EXPECT_EQ(busy.status, 429);
  EXPECT_NE(busy.head.find("Retry-After: 1"), std::string::npos);
  served.inbox.flush();
  EXPECT_EQ(first.answer().status, 200);
}

TEST(Webhooks, SixtyFourSendersAreEachAcknowledgedAndAllIsStoredOnce) {
  Served served;
  std::atomic<int> right{0};
  std::vector<std::thread> senders;
  for (int s = 0; s < 64; ++s)
    senders.emplace_back([&, s] {
      RawClient client(served.server->address());
      for (int i = 0; i < 20; ++i)
        if (client.ask(served.signed_request(std::to_string(s * 100 + i))).status == 200) ++right;
    });
  for (std::thread& t : senders) t.join();
  EXPECT_EQ(right, 64 * 20);
  EXPECT_EQ(served.stored(), 64 * 20);
}

}  // namespace
}  // namespace linchpin::server
