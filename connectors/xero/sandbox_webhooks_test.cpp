#include "connectors/xero/sandbox_fixture.hpp"

namespace linchpin::sandbox {
namespace {

struct XeroWebhooks : Xero {};

TEST_F(XeroWebhooks, TellsNothingUntilTheHandshakeIsAnsweredRightly) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/xero", now_);
  create(R"("Name":"Ann")");
  EXPECT_EQ(vendor_->webhook_status(), "pending");
  const auto handshake = vendor_->webhooks_due(now_);
  ASSERT_EQ(handshake.size(), 4u);
  int good = 0;
  for (const Webhook& webhook : handshake) {
    const Json body = *parse_json(webhook.request.body);
    EXPECT_TRUE(body["events"].items().empty());
    EXPECT_EQ(body["lastEventSequence"].integer(), 0);
    const bool right = *find_header(webhook.request.headers, "x-xero-signature") ==
                       xero_signature(secret("webhook_key"), webhook.request.body);
    good += right;
    vendor_->webhook_answered(webhook.id, right ? 200 : 401, now_);
  }
  EXPECT_EQ(good, 2);
  EXPECT_EQ(vendor_->webhook_status(), "ok");
  const auto due = vendor_->webhooks_due(now_);
  ASSERT_EQ(due.size(), 1u);
  const Json body = *parse_json(due[0].request.body);
  EXPECT_EQ(body["events"][0]["eventType"].text(), "CREATE");
  EXPECT_EQ(body["events"][0]["eventCategory"].text(), "CONTACT");
  EXPECT_EQ(body["events"][0]["tenantId"].text(), secret("tenant_id"));
  EXPECT_EQ(body["events"][0]["eventDateUtc"].text(), "2026-11-24T00:26:40.000");
  EXPECT_EQ(body["firstEventSequence"].integer(), 1);
}

TEST_F(XeroWebhooks, AReceiverThatAcceptsAWrongSignatureGetsNothing) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/xero", now_);
  shake_hands(200, 200);
  EXPECT_EQ(vendor_->webhook_status(), "failed");
  create(R"("Name":"Ann")");
  EXPECT_TRUE(vendor_->webhooks_due(now_ + std::chrono::hours{1}).empty());
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/xero", now_);
  shake_hands();
  EXPECT_EQ(vendor_->webhook_status(), "ok");
}

TEST_F(XeroWebhooks, RetriesForADayThenDisablesTheWebhookAndReplaysWhenItIsEnabledAgain) {
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/xero", now_);
  shake_hands();
  create(R"("Name":"Ann")");
  int attempts = 0;
  std::vector<milliseconds> waits;
  Instant last = now_;
  while (vendor_->webhook_status() == "ok") {
    now_ = *vendor_->next_due();
    for (const Webhook& webhook : vendor_->webhooks_due(now_)) {
      if (attempts++) waits.push_back(now_ - last);
      last = now_;
      vendor_->webhook_answered(webhook.id, 204, now_);  // Xero wants 200 and nothing else
    }
  }
  EXPECT_EQ(vendor_->webhook_status(), "disabled");
  EXPECT_EQ(waits.front(), milliseconds{1'000});
  EXPECT_EQ(waits.back(), std::chrono::minutes{15});
  EXPECT_GE(now_ - start, std::chrono::hours{24});
  vendor_->set_webhook_target("https://hub.example.com.au/webhooks/xero", now_);
  shake_hands();
  const auto replayed = vendor_->webhooks_due(now_);
  ASSERT_EQ(replayed.size(), 1u);
  EXPECT_EQ((*parse_json(replayed[0].request.body))["firstEventSequence"].integer(), 1);
}

}  // namespace
}  // namespace linchpin::sandbox
