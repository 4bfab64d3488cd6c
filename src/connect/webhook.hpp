// Webhooks: whether a request comes from the system, and what a body that does says.
#pragma once

#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/http.hpp"
#include "connect/language.hpp"
#include "engine/connector.hpp"

namespace linchpin::connect {

// Every scheme that the manifest declares whose header is there, over the raw bytes, with every secret that the
// connection has for it ("webhook.secret", "webhook.secret_previous"). The HMAC is computed whatever the headers look
// like, signatures are compared in constant time and only in their canonical form, and an empty key verifies nothing.
// Stale is a good signature over a time that is further from `now` than the scheme's tolerance, in either direction.
engine::Signature verify_webhook(const std::vector<SignatureScheme>&, const Request&, const std::string& public_url,
                                 const engine::Credential&, Instant now);

bool is_webhook_secret(std::string_view name);
bool usable_key(const std::vector<SignatureScheme>&, const Secret&);

Result<std::vector<engine::Event>> read_events(const Language&, std::string_view body, const engine::Credential&);

}  // namespace linchpin::connect
