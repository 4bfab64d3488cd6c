// How the three vendors sign what they send. Each is pure: bytes in, header's value out. Sources: HubSpot "Validating
// requests" (v1, v2, v3), Xero "Configuring your server", Standard Webhooks 1.0.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::sandbox {

// base64(HMAC-SHA256(secret as text, METHOD + URI + body + timestamp in milliseconds)); in the URI twelve escapes are
// decoded.
std::string hubspot_signature_v3(std::string_view secret, std::string_view method, std::string_view uri,
                                 std::string_view body, std::int64_t timestamp_ms);
std::string hubspot_signature_v1(std::string_view secret, std::string_view body);  // hex(SHA-256(secret + body))
std::string hubspot_signature_v2(std::string_view secret, std::string_view method, std::string_view uri,
                                 std::string_view body);
// base64(HMAC-SHA256(key as text, body)): the key looks like base64 and is not decoded.
std::string xero_signature(std::string_view key, std::string_view body);
// "v1," + base64(HMAC-SHA256(what follows "whsec_", decoded, id + "." + timestamp in seconds + "." + body)). Empty when
// the secret is not of that form.
std::string standard_webhooks_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                                        std::string_view body);

}  // namespace linchpin::sandbox
