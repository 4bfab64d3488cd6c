#include "server/router.hpp"

#include "base/json.hpp"
#include "base/metric.hpp"
#include "server/control.hpp"
#include "server/health.hpp"
#include "server/http.hpp"
#include "server/raw_client.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace linchpin::server {
namespace {

Answer ask(const Router& router, std::string method, std::string url) {
  Answer answer;
  router({.method = std::move(method), .url = std::move(url), .headers = {}, .body = {}},
         [&](Answer a) { answer = std::move(a); });
  return answer;
}
Routed echo(std::string_view name) {
  return [name](Request, Segments segments, Reply reply) {
    std::string body(name);
    for (const std::string& segment : segments) body += "|" + segment;
    reply({.status = 200, .headers = {}, .body = body});
  };
}

TEST(Router, FindsByMethodAndPathAndHandsOverTheNamedSegmentsDecoded) {
  Router router;
  router.on("GET", "/process/{entity}", echo("list"));
  router.on("GET", "/process/{entity}/{id}", echo("one"));
  router.on("POST", "/webhooks/{system}", echo("hook"));
  EXPECT_EQ(ask(router, "GET", "/process/contact?limit=3").body, "list|contact");
  EXPECT_EQ(ask(router, "GET", "/process/contact/xero%3A0e3c").body, "one|contact|xero:0e3c");
  EXPECT_EQ(ask(router, "HEAD", "/process/contact").body, "list|contact");
  EXPECT_EQ(ask(router, "POST", "/webhooks/hubspot").body, "hook|hubspot");
}

TEST(Router, AnyOtherPathIs404) {
  Router router;
  router.on("GET", "/process/{entity}", echo("list"));
  for (const char* path :
       {"/", "/process", "/process/", "/process//", "/process/a/", "//process/a", "/%70rocess/a", "/process/a%2Fb",
        "/process/a%00", "/process/a%0Ab", "/Process/a", "/process/../process/a", "/x/../process/a"}) {
    const Answer answer = ask(router, "GET", path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(*find_header(answer.headers, "Content-Type"), "application/problem+json");
  }
}

TEST(Router, AnotherMethodIs405AndSaysWhichAreAllowed) {
  Router router;
  router.on("GET", "/a", echo("get"));
  router.on("PUT", "/a", echo("put"));
  const Answer answer = ask(router, "DELETE", "/a");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(*find_header(answer.headers, "Allow"), "GET, HEAD, PUT");
  EXPECT_EQ(*find_header(answer.headers, "Content-Type"), "application/problem+json");
  EXPECT_EQ(
      answer.body,
      R"({"code":"invalid_argument","detail":"nothing answers that method at this path. Ask with GET, HEAD, PUT",)"
      R"("status":405,"title":"Method Not Allowed"})");
}

TEST(Health, IsLiveAtOnceAndReadyWhenTheHubSaysSo) {
  std::atomic<bool> ready{false};
  Router router;
  add_health(router, [&] {
    return ready ? std::nullopt : std::optional(Error{Code::StoreUnavailable, "there is no room", {}, "Make room."});
  });
  const auto server = serve("127.0.0.1:0", {}, router).value();
  RawClient client(server->address());
  EXPECT_EQ(client.ask("GET /health/live HTTP/1.1\r\nHost: hub\r\n\r\n").status, 200);
  const auto waits = client.ask("GET /health/ready HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_EQ(waits.status, 503);
  EXPECT_EQ(waits.body, "not ready: there is no room. Make room.\n");
  ready = true;
  EXPECT_EQ(client.ask("GET /health/ready HTTP/1.1\r\nHost: hub\r\n\r\n").status, 200);
}

TEST(Metrics, AreServedInPrometheusText) {
  metric::add("linchpin_router_test_total", {{"system", "hubspot"}});
  Router router;
  add_metrics(router);
  const Answer answer = ask(router, "GET", "/metrics");
  EXPECT_NE(answer.body.find("linchpin_router_test_total{system=\"hubspot\"} 1"), std::string::npos);
  EXPECT_TRUE(find_header(answer.headers, "Content-Type")->starts_with("text/plain; version=0.0.4"));
}

// Answers from a thread of its own, as the engine does.
class Echo : public HubApi {
 public:
  void ask(Json command, std::function<void(Result<Json>)> done) override {
    threads_.emplace_back([command, done] {
      if (command["command"].text() == "fail") return done(fail(Code::NotFound, "no such thing", "Look again"));
      done(Json::object({{"was", command["command"]}}));
    });
  }
  ~Echo() override {
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::vector<std::thread> threads_;
};

TEST(Control, CarriesACommandToTheHubAndItsAnswerBack) {
  Echo hub;
  const std::string path = "/tmp/linchpin-control-" + std::to_string(::getpid());
  const auto server = serve_local(path, control(hub)).value();
  RawClient client(path);
  const auto post = [&](const std::string& body) {
    return client.ask("POST /command HTTP/1.1\r\nHost: hub\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body);
  };
  EXPECT_EQ(post(R"({"command":"explain","id":"g_1"})").body, R"({"was":"explain"})");
  const RawAnswer failed = post(R"({"command":"fail"})");
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(parse_json(failed.body).value()["detail"].text(), "no such thing. Look again");
  EXPECT_EQ(post(R"({"command":"a","command":"b"})").status, 400);
  EXPECT_EQ(post("[]").status, 400);
  EXPECT_EQ(post("").status, 400);
  EXPECT_EQ(post(R"({"command":"explain"})").status, 200);
}

}  // namespace
}  // namespace linchpin::server
