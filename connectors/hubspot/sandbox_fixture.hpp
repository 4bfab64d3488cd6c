// HubSpot's sandbox, as its tests call it: with a token, at a time of its own.
#pragma once

#include <gtest/gtest.h>

#include "sandbox/vendor.hpp"

namespace linchpin::sandbox {

inline constexpr Instant start = Instant{milliseconds{1'795'480'000'000}};

class Hubspot : public ::testing::Test {
 protected:
  explicit Hubspot(Limits limits = Limits::None) : vendor_(*make_vendor("hubspot", 7, limits)) {}

  Served served(std::string method, std::string url, const std::string& body = "") {
    Request request{std::move(method),
                    std::move(url),
                    {{"Authorization", "Bearer " + vendor_->credentials()["token"].text()}},
                    body};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return vendor_->answer(request, now_);
  }
  Answer call(std::string method, std::string url, const std::string& body = "") {
    return served(std::move(method), std::move(url), body).answer;
  }
  static Json json(const Answer& answer) { return *parse_json(answer.body); }
  std::string create(const std::string& properties) {
    const Answer answer = call("POST", objects_, R"({"properties":)" + properties + "}");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return json(answer)["id"].text();
  }
  std::string value(const std::string& id, const std::string& property) {
    return json(call("GET", objects_ + "/" + id + "?properties=" + property))["properties"][property].text();
  }
  std::vector<Json> events() {
    std::vector<Json> all;
    for (const Webhook& webhook : vendor_->webhooks_due(now_)) {
      const Json body = *parse_json(webhook.request.body);
      all.insert(all.end(), body.items().begin(), body.items().end());
      vendor_->webhook_answered(webhook.id, 204, now_);
    }
    return all;
  }

  std::unique_ptr<Vendor> vendor_;
  Instant now_ = start;
  const std::string objects_ = "/crm/objects/2026-09/contacts";
};

}  // namespace linchpin::sandbox
