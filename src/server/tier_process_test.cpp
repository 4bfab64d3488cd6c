#include "server/tier_process.hpp"

#include "base/crypto.hpp"
#include "server/http.hpp"
#include "server/raw_client.hpp"

#include <gtest/gtest.h>

namespace linchpin::server {
namespace {

model::Field field(const char* name, Class clazz) {
  model::Field made;
  made.name = FieldName(name);
  made.clazz = clazz;
  return made;
}

std::shared_ptr<const model::Hub> hub_of_contacts() {
  auto hub = std::make_shared<model::Hub>();
  model::Entity contact;
  contact.name = EntityName("contact");
  contact.fields = {field("email", Class::Personal), field("stage", Class::Internal),
                    field("date_of_birth", Class::Restricted), field("suspicion", Class::ComplianceOnly)};
  hub->entities.emplace(contact.name, contact);
  return hub;
}

// An engine that keeps to the commands of hub_api.hpp but forgets to leave out what may not be seen.
class CarelessHub : public HubApi {
 public:
  Json last;
  std::string token = to_hex(as_text(sha256("right token")));

  void ask(Json command, std::function<void(Result<Json>)> done) override {
    last = command;
    if (!equal_constant_time(command["token"].text(), token))
      return done(fail(Code::TokenInvalid, "the token is not known"));
    if (command["id"].text() == "busy") return done(fail(Code::TooBusy, "too much in hand"));
    if (command["command"].text() == "process.get" && command["id"].text() != "g_1")
      return done(fail(Code::NotFound, "no such record"));
    const auto value = [](const char* text) {
      return Json::object({{"value", text}, {"source", "hubspot"}, {"at", "2026-11-24T00:00:00Z"}});
    };
    const Json item = Json::object({{"id", "g_1"},
                                    {"entity", "contact"},
                                    {"fields", Json::object({{"email", value("mia@example.au")},
                                                             {"stage", value("client")},
                                                             {"date_of_birth", value("1990-01-01")},
                                                             {"suspicion", value("filed")},
                                                             {"undeclared", value("x")}})},
                                    {"links", Json::list({Json::object({{"system", "xero"}, {"record", "0e3c"}})})}});
    if (command["command"].text() == "process.get") return done(item);
    done(Json::object(
        {{"items", Json::list({item, item})}, {"next", command["cursor"].text().empty() ? Json("p2") : Json()}}));
  }
};

struct Served {
  CarelessHub hub;
  std::unique_ptr<HttpServer> server;
  Served() {
    Router router;
    add_tier_process(router, hub, hub_of_contacts);
    server = serve("127.0.0.1:0", {}, router).value();
  }
  RawAnswer get(const std::string& target, const std::string& headers = "Authorization: Bearer right token\r\n") {
    RawClient client(server->address());
    return client.ask("GET " + target + " HTTP/1.1\r\nHost: hub\r\n" + headers + "\r\n");
  }
};

TEST(ProcessTier, GivesARecordWithoutWhatIsAbovePersonalEvenIfTheEngineForgets) {
  Served served;
  const RawAnswer answer = served.get("/process/contact/g_1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"entity":"contact","fields":{"email":{"at":"2026-11-24T00:00:00Z","source":"hubspot","value":"mia@example.au"},)"
      R"("stage":{"at":"2026-11-24T00:00:00Z","source":"hubspot","value":"client"}},"id":"g_1",)"
      R"("links":[{"record":"0e3c","system":"xero"}]})");
  EXPECT_NE(answer.head.find("Cache-Control: no-store"), std::string::npos);
  EXPECT_EQ(served.hub.last["command"].text(), "process.get");
  EXPECT_EQ(served.hub.last["entity"].text(), "contact");
}

TEST(ProcessTier, TheTokenItselfNeverLeavesTheServer) {
  Served served;
  served.get("/process/contact/g_1");
  EXPECT_EQ(served.hub.last["token"].text(), served.hub.token);
  EXPECT_EQ(canonical(served.hub.last).find("right token"), std::string::npos);
}

TEST(ProcessTier, WithoutARightTokenItIs401AndSaysNothingElse) {
  Served served;
  for (const char* headers :
       {"", "Authorization: Bearer wrong\r\n", "Authorization: Bearer \r\n", "Authorization: Basic cmlnaHQ=\r\n",
        "Authorization: right token\r\n", "Authorization: Bearer right token2\r\n"}) {
    for (const char* target : {"/process/contact/g_1", "/process/contact/none", "/process/nothing"}) {
      const RawAnswer answer = served.get(target, headers);
      EXPECT_EQ(answer.status, 401) << headers << target;
      EXPECT_EQ(answer.body.find("mia@"), std::string::npos);
    }
    EXPECT_NE(served.get("/process/contact/g_1", headers).head.find("WWW-Authenticate: Bearer\r\n"), std::string::npos);
  }
  EXPECT_EQ(served.get("/process/contact/g_1", "authorization: bearer right token\r\n").status, 200);
}

TEST(ProcessTier, PagesByCursor) {
  Served served;
  const Json first = parse_json(served.get("/process/contact?limit=2").body).value();
  EXPECT_EQ(first["items"].items().size(), 2u);
  EXPECT_EQ(first["items"][0]["fields"].members().size(), 2u);
  EXPECT_EQ(first["next"].text(), "p2");
  EXPECT_EQ(served.hub.last["limit"].integer(), 2);
  const Json second = parse_json(served.get("/process/contact?cursor=p2").body).value();
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_EQ(served.hub.last["limit"].integer(), 50);
  EXPECT_EQ(served.hub.last["cursor"].text(), "p2");
}

TEST(ProcessTier, AWrongQueryIs400AsAProblem) {
  Served served;
  for (const char* query : {"limit=0", "limit=501", "limit=-1", "limit=1e1", "limit=", "limit=5x", "limit=1&limit=2",
                            "cursor=a&cursor=b", "cursr=a", "limit=2&x=1"}) {
    const RawAnswer answer = served.get(std::string("/process/contact?") + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_NE(answer.head.find("Content-Type: application/problem+json"), std::string::npos);
  }
  EXPECT_EQ(served.get("/process/contact/g_1?fields=all").status, 400);
  EXPECT_EQ(served.get("/process/contact?cursor=" + std::string(513, 'a')).status, 400);
  EXPECT_EQ(served.get("/process/contact/" + std::string(513, 'a')).status, 400);
}

TEST(ProcessTier, WhatIsNotThereIs404AndABusyHub429) {
  Served served;
  const RawAnswer missing = served.get("/process/contact/g_2");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(parse_json(missing.body).value()["code"].text(), "not_found");
  const RawAnswer busy = served.get("/process/contact/busy");
  EXPECT_EQ(busy.status, 429);
  EXPECT_NE(busy.head.find("Retry-After: 1"), std::string::npos);
}

TEST(ProcessTier, OnlyReads) {
  Served served;
  RawClient client(served.server->address());
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(client
                  .ask(std::string(method) + " /process/contact/g_1 HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\n"
                                             "Authorization: Bearer right token\r\n\r\n")
                  .status,
              405);
}

}  // namespace
}  // namespace linchpin::server
