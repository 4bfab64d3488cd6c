// Xero's sandbox, as its tests call it: with a token, at a time of its own.
#pragma once

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "sandbox/vendor.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {

inline constexpr Instant start = Instant{milliseconds{1'795'480'000'000}};

class Xero : public ::testing::Test {
 protected:
  explicit Xero(Limits limits = Limits::None)
      : vendor_(*make_vendor("xero", 7, limits)), credentials_(vendor_->credentials()) {
    refresh_ = credentials_["refresh_token"].text();
    access_ = token(refresh_)["access_token"].text();
  }

  std::string secret(const char* name) const { return credentials_[name].text(); }
  Answer token_answer(const std::string& form) {
    const std::string basic = to_base64(secret("client_id") + ":" + secret("client_secret"));
    return vendor_
        ->answer({"POST",
                  "/connect/token",
                  {{"Authorization", "Basic " + basic}, {"Content-Type", "application/x-www-form-urlencoded"}},
                  form},
                 now_)
        .answer;
  }
  Json token(const std::string& refresh) {
    return json(token_answer("grant_type=refresh_token&refresh_token=" + refresh));
  }
  Answer call(std::string method, std::string url, const std::string& body = "", const Headers& more = {}) {
    Request request{std::move(method),
                    "/api.xro/2.0" + url,
                    {{"Authorization", "Bearer " + access_},
                     {"xero-tenant-id", secret("tenant_id")},
                     {"Accept", "application/json"}},
                    body};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    return vendor_->answer(request, now_).answer;
  }
  static Json json(const Answer& answer) {
    auto parsed = parse_json(answer.body);
    return parsed ? *parsed : Json();
  }
  std::string create(const std::string& members) {
    const Answer answer = call("PUT", "/Contacts", R"({"Contacts":[{)" + members + "}]}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json(answer)["Contacts"][0]["ContactID"].text();
  }
  Json contact(const std::string& id) { return json(call("GET", "/Contacts/" + id))["Contacts"][0]; }
  std::size_t count(const std::string& query, const Headers& more = {}) {
    return json(call("GET", "/Contacts" + query, "", more))["Contacts"].items().size();
  }
  // Answers the handshake as a receiver does that checks signatures.
  void shake_hands(int to_good = 200, int to_bad = 401) {
    for (const Webhook& webhook : vendor_->webhooks_due(now_)) {
      const bool good = *find_header(webhook.request.headers, "x-xero-signature") ==
                        xero_signature(secret("webhook_key"), webhook.request.body);
      vendor_->webhook_answered(webhook.id, good ? to_good : to_bad, now_);
    }
  }

  std::unique_ptr<Vendor> vendor_;
  const Json credentials_;
  std::string refresh_, access_;
  Instant now_ = start;
};

struct XeroWithLimits : Xero {
  XeroWithLimits() : Xero(Limits::Real) {}
};

inline std::string first_error(const Answer& answer) {
  return (*parse_json(answer.body))["Elements"][0]["ValidationErrors"][0]["Message"].text();
}

}  // namespace linchpin::sandbox
