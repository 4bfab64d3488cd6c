#include <gtest/gtest.h>

#include "sandbox/vendor.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {
namespace {

constexpr Instant start = Instant{milliseconds{1'795'480'000'000}};

class Idcheck : public ::testing::Test {
 protected:
  Answer call(std::string method, std::string url, const std::string& body = "", const Headers& more = {}) {
    Request request{std::move(method),
                    "/v1/verifications" + url,
                    {{"Authorization", "Bearer " + vendor_->credentials()["token"].text()}},
                    body};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    return vendor_->answer(request, now_).answer;
  }
  static Json json(const Answer& answer) { return *parse_json(answer.body); }
  static std::string body(const std::string& external_id = "g_1") {
    return R"({"external_id":")" + external_id +
           R"(","given_name":"Zoë","family_name":"Ng","email":"z@n.example","checks":["document","aml"]})";
  }
  std::string create(const std::string& external_id = "g_1") {
    return json(call("POST", "", body(external_id)))["id"].text();
  }

  std::unique_ptr<Vendor> vendor_ = *make_vendor("idcheck", 7, Limits::Real);
  Instant now_ = start;
};

TEST_F(Idcheck, AVerificationGoesOnByItselfAndIsToldOnceItIsComplete) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/idcheck", now_);
  const Answer made = call("POST", "", body());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(json(made)["status"].text(), "pending");
  const std::string id = json(made)["id"].text();
  EXPECT_EQ(call("GET", "/" + id + "/person").status, 409);
  now_ += milliseconds{500};
  EXPECT_EQ(json(call("GET", "/" + id))["status"].text(), "in_progress");
  EXPECT_EQ(vendor_->next_due(), start + milliseconds{2'000});
  now_ += milliseconds{1'500};
  const auto due = vendor_->webhooks_due(now_);
  ASSERT_EQ(due.size(), 1u);
  const Request& request = due[0].request;
  const std::string at = *find_header(request.headers, "webhook-timestamp");
  EXPECT_EQ(*find_header(request.headers, "webhook-signature"),
            standard_webhooks_signature(vendor_->credentials()["webhook_secret"].text(),
                                        *find_header(request.headers, "webhook-id"), std::stoll(at), request.body));
  const Json event = *parse_json(request.body);
  EXPECT_EQ(event["type"].text(), "verification.completed");
  EXPECT_EQ(event["data"]["external_id"].text(), "g_1");
  EXPECT_EQ(request.body.find("Zoë"), std::string::npos) << "never a name in a webhook";
  EXPECT_EQ(json(call("GET", "/" + id))["status"].text(), "complete");
  const Json person = json(call("GET", "/" + id + "/person"));
  EXPECT_EQ(person["given_name"].text(), "Zoë");
  EXPECT_EQ(person["date_of_birth"].text().size(), 10u);
  EXPECT_EQ(person["document"]["number"].text().size(), 10u);
}

TEST_F(Idcheck, RefusesWithoutATokenAndWithoutWhatItNeeds) {
  EXPECT_EQ(vendor_->answer({"GET", "/v1/verifications", {}, ""}, now_).answer.status, 401);
  EXPECT_EQ(call("POST", "", R"({"external_id":"g","given_name":"A","family_name":"B"})").status, 422);
  EXPECT_EQ(call("POST", "", R"({"external_id":"g","given_name":"A","family_name":"B","email":"x"})").status, 422);
  EXPECT_EQ(call("POST", "",
                 R"({"external_id":"g","given_name":"A","family_name":"B","email":"a@b.example","checks":["aura"]})")
                .status,
            422);
  EXPECT_EQ(call("POST", "", "{").status, 400);
  EXPECT_EQ(call("GET", "/ver_none").status, 404);
  EXPECT_EQ(call("PUT", "/" + create()).status, 405);
}

TEST_F(Idcheck, AnIdempotencyKeyMakesOneVerification) {
  const Headers key{{"Idempotency-Key", "k"}};
  const Answer first = call("POST", "", body(), key);
  EXPECT_EQ(call("POST", "", body(), key).body, first.body);
  EXPECT_EQ(call("POST", "", body("g_2"), key).status, 422);
  EXPECT_EQ(json(call("GET", ""))["items"].items().size(), 1u);
}

TEST_F(Idcheck, ListsByLastChangeWithACursor) {
  for (int i = 0; i < 5; ++i) {
    create("g_" + std::to_string(i));
    now_ += milliseconds{10'000};
  }
  const Json first = json(call("GET", "?limit=2"));
  std::vector<std::string> seen;
  for (Json page = first;; page = json(call("GET", "?limit=2&cursor=" + page["next"].text()))) {
    for (const Json& item : page["items"].items()) seen.push_back(item["external_id"].text());
    if (page["next"].is_null()) break;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"g_0", "g_1", "g_2", "g_3", "g_4"}));
  EXPECT_EQ(json(call("GET", "?updated_since=" + rfc3339(start + milliseconds{30'000})))["items"].items().size(), 2u);
  EXPECT_EQ(call("GET", "?updated_since=soon").status, 400);
  EXPECT_EQ(call("GET", "?limit=101").status, 400);
}

TEST_F(Idcheck, MostAreVerifiedSomeNeedAReviewerFewAreRejected) {
  std::map<std::string, int> outcomes;
  for (int i = 0; i < 300; ++i) create("g_" + std::to_string(i));
  now_ += milliseconds{60'000};
  const Json state = vendor_->state(now_);
  for (const Json& v : state["objects"]["verifications"].items()) ++outcomes[v["outcome"].text()];
  EXPECT_GT(outcomes["verified"], 240);
  EXPECT_GT(outcomes["review"], 5);
  EXPECT_GT(outcomes["rejected"], 0);
  EXPECT_EQ(outcomes.size(), 3u);
}

TEST_F(Idcheck, AReviewersDecisionIsTold) {
  const std::string id = create();
  now_ += milliseconds{5'000};
  vendor_->state(now_);
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/idcheck", now_);
  ASSERT_TRUE(vendor_->edit("verifications", id, *parse_json(R"({"outcome":"rejected"})"), now_));
  const auto due = vendor_->webhooks_due(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ((*parse_json(due[0].request.body))["type"].text(), "verification.updated");
  EXPECT_FALSE(vendor_->edit("verifications", id, *parse_json(R"({"outcome":"perhaps"})"), now_));
}

TEST_F(Idcheck, DeletesPersonalDataForGood) {
  const std::string id = create();
  now_ += milliseconds{5'000};
  EXPECT_EQ(call("DELETE", "/" + id + "/personal-data").status, 204);
  EXPECT_EQ(call("GET", "/" + id + "/person").status, 410);
  EXPECT_TRUE(json(call("GET", "/" + id))["redacted"].boolean());
  EXPECT_EQ(canonical(vendor_->state(now_)).find("Zoë"), std::string::npos);
}

TEST_F(Idcheck, RetriesByTheScheduleOfStandardWebhooksWithOneIdAndStopsAtGone) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/idcheck", now_);
  create();
  std::vector<milliseconds> waits;
  std::set<std::string> ids;
  Instant last{};
  while (const auto next = vendor_->next_due()) {
    now_ = *next;
    for (const Webhook& webhook : vendor_->webhooks_due(now_)) {
      if (!ids.empty()) waits.push_back(now_ - last);
      last = now_;
      ids.insert(*find_header(webhook.request.headers, "webhook-id"));
      vendor_->webhook_answered(webhook.id, 302, now_);
    }
  }
  using namespace std::chrono;
  EXPECT_EQ(waits, (std::vector<milliseconds>{seconds{5}, minutes{5}, minutes{30}, hours{2}, hours{5}, hours{10},
                                              hours{14}, hours{20}, hours{24}}));
  EXPECT_EQ(ids.size(), 1u);
  create("g_2");
  now_ += milliseconds{2'000};
  for (const Webhook& webhook : vendor_->webhooks_due(now_)) vendor_->webhook_answered(webhook.id, 410, now_);
  EXPECT_EQ(vendor_->webhook_status(), "none");
}

}  // namespace
}  // namespace linchpin::sandbox
