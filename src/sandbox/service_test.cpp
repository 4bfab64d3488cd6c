#include "sandbox/service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace linchpin::sandbox {
namespace {

// A receiver of webhooks that answers what it is told to.
class Receiver final : public HttpClient {
 public:
  void send(Request request, milliseconds, std::function<void(Result<Answer>)> done) override {
    int status = 0;
    {
      const std::lock_guard lock(mutex_);
      got_.push_back(request);
      status = status_;
    }
    changed_.notify_all();
    if (status == 0) return done(fail(Code::SystemUnavailable, "no answer"));
    done(Answer{status, {}, ""});
  }
  void answer(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{5}, [&] { return got_.size() >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> got_;
  int status_ = 200;
};

Instant real_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

class Service : public ::testing::Test {
 protected:
  Answer call(std::string method, std::string url, std::string body = "") {
    Request request{std::move(method),
                    std::move(url),
                    {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}},
                    std::move(body)};
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<Answer> got;
    handler_(request, [&](Answer answer) {
      const std::lock_guard lock(mutex);
      got = std::move(answer);
      answered.notify_all();
    });
    std::unique_lock lock(mutex);
    EXPECT_TRUE(answered.wait_for(lock, std::chrono::seconds{5}, [&] { return got.has_value(); }));
    return got.value_or(Answer{});
  }
  Json json(const Answer& answer) { return *parse_json(answer.body); }

  Receiver receiver_;
  std::optional<ServedSandbox> sandbox_{std::in_place, *make_vendor("hubspot", 7, Limits::Real), receiver_, real_now};
  Handler handler_ = sandbox_->handler();
  std::string token_ = (*parse_json(sandbox_->ready_line("http://127.0.0.1:9100")))["credentials"]["token"].text();
};

TEST_F(Service, SaysWhenItIsReadyInOneLine) {
  const std::string line = sandbox_->ready_line("http://127.0.0.1:9100");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json json = *parse_json(line);
  EXPECT_EQ(json["system"].text(), "hubspot");
  EXPECT_EQ(json["base_url"].text(), "http://127.0.0.1:9100");
  EXPECT_FALSE(json["credentials"]["webhook_secret"].text().empty());
}

TEST_F(Service, SeedsStateAndLogsEveryRequest) {
  EXPECT_EQ(
      call("POST", "/_sandbox/seed", R"({"objects":{"contacts":[{"properties":{"email":"a@b.example"}}]}})").status,
      200);
  EXPECT_EQ(json(call("GET", "/_sandbox/state"))["objects"]["contacts"].items().size(), 1u);
  EXPECT_EQ(call("GET", "/crm/v3/objects/contacts?limit=5").status, 200);
  const Json log = json(call("GET", "/_sandbox/log"));
  ASSERT_EQ(log["requests"].items().size(), 1u);
  EXPECT_EQ(log["requests"][0]["path"].text(), "/crm/v3/objects/contacts?limit=5");
  EXPECT_EQ(log["requests"][0]["status"].integer(), 200);
}

TEST_F(Service, RefusesControlsThatItDoesNotHave) {
  EXPECT_EQ(call("POST", "/_sandbox/seed", "{").status, 400);
  EXPECT_EQ(call("POST", "/_sandbox/faults", R"({"lost_answer":7})").status, 400);
  EXPECT_EQ(call("POST", "/_sandbox/clock", R"({"advance_s":-1})").status, 400);
  EXPECT_EQ(call("POST", "/_sandbox/gremlins", "{}").status, 404);
  EXPECT_EQ(call("GET", "/_sandbox/gremlins").status, 404);
}

TEST_F(Service, SendsWebhooksByItselfAndTriesAgainWhenTheClockIsMoved) {
  receiver_.answer(503);
  call("POST", "/_sandbox/webhook-target", R"({"url":"http://127.0.0.1:8480/webhooks/hubspot"})");
  EXPECT_EQ(call("POST", "/crm/objects/2026-09/contacts", R"({"properties":{"email":"a@b.example"}})").status, 201);
  ASSERT_TRUE(receiver_.wait_for(1));
  receiver_.answer(200);
  // The 503 may be noted only after the clock was moved: then the next attempt is due a minute after that.
  bool came = false;
  for (int i = 0; i < 3 && !came; ++i) {
    call("POST", "/_sandbox/clock", R"({"advance_s":60})");
    came = receiver_.wait_for(2);
  }
  EXPECT_TRUE(came);
}

TEST_F(Service, CutsTheConnectionOfALostAnswerAndDelaysASlowOne) {
  call("POST", "/_sandbox/faults", R"({"lost_answer":1,"slow_ms":60})");
  const Instant before = real_now();
  EXPECT_EQ(call("GET", "/crm/v3/objects/contacts").status, 0);
  EXPECT_GE(real_now() - before, milliseconds{60});
  call("POST", "/_sandbox/faults", "{}");
  EXPECT_EQ(call("GET", "/crm/v3/objects/contacts").status, 200);
}

TEST_F(Service, APersonEditsOnThePage) {
  EXPECT_EQ(call("POST", "/_sandbox/edit", R"({"object":"contacts","id":"","fields":{"email":"a@b.example"}})").status,
            200);
  const Answer page = call("GET", "/_sandbox/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(*find_header(page.headers, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(call("POST", "/_sandbox/edit", R"({"object":"contacts","id":"1","fields":{}})").status, 404);
  EXPECT_EQ(call("POST", "/_sandbox/edit", R"({"object":"contacts","id":"","fields":{},"archived":true})").status, 400);
}

TEST_F(Service, CutsEveryCallOnceItIsGone) {
  sandbox_.reset();
  EXPECT_EQ(call("GET", "/_sandbox/state").status, 0);
}

TEST_F(Service, SendsNoWebhooksToWhatIsNoAddress) {
  for (const char* url : {"\"nonsense\"", "7", "\"http://\"", "\"http:///x\"", "\"ftp://127.0.0.1/x\"",
                          "\"http://a b/\"", "[\"http://a/\"]"})
    EXPECT_EQ(call("POST", "/_sandbox/webhook-target", std::string("{\"url\":") + url + "}").status, 400) << url;
  EXPECT_EQ(json(call("GET", "/_sandbox/webhook-target"))["url"].text(), "");
  for (const char* url :
       {"\"http://127.0.0.1:8480/webhooks/hubspot\"", "\"https://hub.example.com.au/w\"", "\"\"", "null"})
    EXPECT_EQ(call("POST", "/_sandbox/webhook-target", std::string("{\"url\":") + url + "}").status, 200) << url;
}

}  // namespace
}  // namespace linchpin::sandbox
