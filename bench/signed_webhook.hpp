// Webhooks as HubSpot sends them: one event each, no two alike, signed by its signature v3 when they are made.
// Source: HubSpot's "Validating requests"; the body's shape is that of its "Webhooks API" page.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/time.hpp"

namespace linchpin::bench {

inline constexpr std::string_view webhook_path = "/webhooks/hubspot";
inline constexpr std::string_view public_url = "http://127.0.0.1";  // what is signed; both servers are told the same

class SignedWebhooks {
 public:
  explicit SignedWebhooks(std::string_view secret) : hmac_(secret) {}
  // The next one as a whole HTTP request, signed at `now`. Valid until the next call.
  std::string_view next(Instant now);

 private:
  Hmac hmac_;
  std::uint64_t made_ = 0;
  std::string body_, request_;
};

// Holds a request's signature v3 against what is due. For one thread.
class SignatureCheck {
 public:
  explicit SignatureCheck(std::string_view secret) : hmac_(secret) {}
  bool good(std::string_view body, std::string_view timestamp, std::string_view signature, Instant now);

 private:
  Hmac hmac_;
};

}  // namespace linchpin::bench
