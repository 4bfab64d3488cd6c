// Credentials: the headers that prove who calls, the request for a new access token, and where a credential may go.
//
// A credential goes only to the environment's base_url where there is one, else to the manifest's hosts over https.
// Every URL of a request is made by target(), so that no id, cursor or answer can choose another host.
#pragma once

#include "base/http.hpp"
#include "base/result.hpp"
#include "connect/language.hpp"
#include "connect/runtime.hpp"
#include "engine/connector.hpp"

namespace linchpin::connect {

bool needs_access_token(const Language&);

// The headers that prove who calls with this body. `key`: the idempotency key of what is written; "" when nothing is.
Result<Headers> authorisation(const Language&, const engine::Credential&, std::string_view key, std::string_view body,
                              Instant now);

// OAuth 2.0 (RFC 6749, 6 and 4.4): refresh_token or client_credentials, the client by HTTP Basic (2.3.1) or in the
// form.
Result<Request> authorise_request(const Language&, const engine::Credential&);
engine::Outcome authorised(const Language&, const engine::Call&, const Answer&, Instant now);

// The absolute URL of `path` (it begins with "/") at the connection's base. UnsafeEndpoint when that is none of the
// hosts which may have the credential: not https (http only for this machine itself), user information, or another
// host.
Result<std::string> target(const Language&, const engine::Credential&, std::string_view path);

// A connection's secrets, before anything starts: each that the manifest names is there, and a key that signs, or that
// webhooks are signed with, can be used. Every mistake, naming the secret and never its content.
std::vector<SecretMistake> check_secrets(const Language&, const engine::Credential&);

}  // namespace linchpin::connect
