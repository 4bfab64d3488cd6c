#include "bench/signed_webhook.hpp"

#include <charconv>

namespace linchpin::bench {
namespace {

constexpr std::uint64_t first_event = 3'181'526'809, first_record = 50'000'001'000, records = 100'000;
constexpr milliseconds tolerance{300'000};

}  // namespace

std::string_view SignedWebhooks::next(Instant now) {
  const std::string at = std::to_string(ms_since_epoch(now));
  body_.assign("[{\"eventId\":")
      .append(std::to_string(first_event + made_))
      .append(",\"subscriptionId\":22,\"portalId\":33,\"appId\":1160452,\"occurredAt\":")
      .append(at)
      .append(",\"subscriptionType\":\"object.propertyChange\",\"attemptNumber\":0,\"objectId\":")
      .append(std::to_string(first_record + made_ % records))
      .append(",\"objectTypeId\":\"0-1\",\"propertyName\":\"phone\",\"propertyValue\":\"+61 2 ")
      .append(std::to_string(90'000'000 + made_ % 10'000'000))
      .append("\",\"changeSource\":\"CRM_UI\",\"sourceId\":\"userId:882\"}]");
  ++made_;
  const Hash signature = hmac_({"POST", public_url, webhook_path, body_, at});
  request_.assign("POST ")
      .append(webhook_path)
      .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
      .append("User-Agent: HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)\r\n")
      .append("X-HubSpot-Request-Timestamp: ")
      .append(at)
      .append("\r\nX-HubSpot-Signature-v3: ")
      .append(to_base64(as_text(signature)))
      .append("\r\nContent-Length: ")
      .append(std::to_string(body_.size()))
      .append("\r\n\r\n")
      .append(body_);
  return request_;
}

bool SignatureCheck::good(std::string_view body, std::string_view timestamp, std::string_view signature, Instant now) {
  std::int64_t at = 0;
  const auto [end, failed] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), at);
  if (failed != std::errc() || end != timestamp.data() + timestamp.size()) return false;
  const auto away = from_ms(at) > now ? from_ms(at) - now : now - from_ms(at);
  if (away > tolerance) return false;
  const Hash due = hmac_({"POST", public_url, webhook_path, body, timestamp});
  return equal_constant_time(to_base64(as_text(due)), signature);
}

}  // namespace linchpin::bench
