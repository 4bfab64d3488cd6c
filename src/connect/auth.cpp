#include "connect/auth.hpp"

#include <algorithm>

#include "connect/judge.hpp"
#include "connect/webhook.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

constexpr const char* reconnect = "Run `linchpin connect`";
constexpr const char* signs_with =
    "Give whsec_ and the base64 of 24 to 64 random bytes, as `openssl rand -base64 32` prints";

Result<std::string_view> secret(const Credential& credential, const std::string& name) {
  const auto found = credential.secrets.find(name);
  if (found == credential.secrets.end() || found->second.empty()) {
    return fail(Code::Unauthenticated, "the connection has no secret " + name,
                "Add it to the environment's connection");
  }
  return found->second.bytes();
}

struct Origin {
  bool https = false;
  std::string host, authority;  // "127.0.0.1", "127.0.0.1:9100"
  std::string base;             // as it was, without a slash at its end
};

Result<Origin> parse_origin(std::string_view url) {
  const auto unsafe = [](const char* why) {
    return fail(Code::UnsafeEndpoint, std::string("a base URL ") + why, "Write https://host or https://host:port/path");
  };
  Origin origin;
  const std::string_view whole = url;
  if (url.starts_with("https://")) {
    origin.https = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return unsafe("is neither https nor http");
  }
  if (std::ranges::any_of(url, [](unsigned char c) {
        return c <= 0x20 || c >= 0x7f || c == '\\' || c == '@' || c == '?' || c == '#';
      })) {
    return unsafe("holds a blank, user information, a query or a fragment");
  }
  origin.authority = url.substr(0, url.find('/'));
  const auto port = origin.authority.rfind(':');
  const bool has_port = port != std::string::npos && origin.authority.find(']', port) == std::string::npos;
  origin.host = origin.authority.substr(0, has_port ? port : std::string::npos);
  if (origin.host.empty()) return unsafe("has no host");
  std::ranges::transform(origin.host, origin.host.begin(), [](unsigned char c) { return std::tolower(c); });
  origin.base = whole;
  while (origin.base.ends_with('/')) origin.base.pop_back();
  return origin;
}

bool this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

// The URL of `path` at `base`, by the rule of the header.
Result<std::string> safe_url(const Language& language, const Credential& credential, const std::string& base,
                             std::string_view path) {
  const Origin origin = TRY(parse_origin(credential.base_url.empty() ? base : credential.base_url));
  if (!origin.https && !this_machine(origin.host)) {
    return fail(Code::UnsafeEndpoint,
                "the connection of " + language.manifest->name + " would send its credential without TLS",
                "Give an https base_url");
  }
  if (credential.base_url.empty() &&
      (origin.authority != origin.host || !std::ranges::count(language.manifest->hosts, origin.host))) {
    return fail(Code::UnsafeEndpoint,
                "connector " + language.manifest->name + " may not send its credential to " + origin.authority,
                "Name the host under hosts: of its manifest, or give the connection a base_url");
  }
  return origin.base + std::string(path);
}

// The bytes of "whsec_" and base64, 24 to 64 of them; empty when the secret is no such key.
std::string signing_key(std::string_view secret) {
  if (!secret.starts_with("whsec_")) return {};
  std::string key = from_base64(secret.substr(6)).value_or("");
  return key.size() >= 24 && key.size() <= 64 ? key : std::string();
}

// Standard Webhooks 1.0.0. The id is the same for every attempt: by it the receiver knows a repeat.
Result<Headers> signed_by(std::string_view secret, std::string_view id, std::string_view body, Instant now) {
  const std::string key = signing_key(secret);
  if (key.empty())
    return fail(Code::KeyMissing, "the connection's 'secret' is no key to sign requests with", signs_with);
  if (id.empty()) return fail(Code::InvalidArgument, "a call that writes nothing has no id to be signed under");
  const std::string at = std::to_string(ms_since_epoch(now) / 1000);
  std::string bytes(id);
  bytes.append(".").append(at).append(".").append(body);
  return Headers{{"webhook-id", std::string(id)},
                 {"webhook-timestamp", at},
                 {"webhook-signature", "v1," + to_base64(as_text(hmac_sha256(key, bytes)))}};
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) body += (body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  return body;
}

}  // namespace

bool needs_access_token(const Language& language) { return language.protocol.auth.kind == Auth::Kind::OAuth; }

Result<std::string> target(const Language& language, const Credential& credential, std::string_view path) {
  return safe_url(language, credential, language.protocol.base_url, path);
}

Result<Headers> authorisation(const Language& language, const Credential& credential, std::string_view key,
                              std::string_view body, Instant now) {
  const auto bearer = [](std::string_view token) { return Headers{{"Authorization", "Bearer " + std::string(token)}}; };
  const Auth& auth = language.protocol.auth;
  switch (auth.kind) {
    case Auth::Kind::Bearer:
      return bearer(TRY(secret(credential, auth.secret)));
    case Auth::Kind::Signed:
      return signed_by(TRY(secret(credential, auth.secret)), key, body, now);
    case Auth::Kind::OAuth:
      break;
  }
  if (credential.access_token.empty())
    return fail(Code::Unauthenticated, "the connection has no access token yet", reconnect);
  return bearer(credential.access_token.bytes());
}

Result<Request> authorise_request(const Language& language, const Credential& credential) {
  const Auth& auth = language.protocol.auth;
  if (auth.kind != Auth::Kind::OAuth)
    return fail(Code::InvalidArgument, "connector " + language.manifest->name + " has nothing to authorise");
  const auto path = auth.token_url.find('/', auth.token_url.find("//") + 2);
  const std::string base = auth.token_url.substr(0, path);
  const std::string_view id = TRY(secret(credential, "client_id"));
  const std::string_view key = TRY(secret(credential, "client_secret"));
  std::string_view refresh;
  if (auth.grant == "refresh_token") {
    refresh =
        credential.refresh_token.empty() ? TRY(secret(credential, "refresh_token")) : credential.refresh_token.bytes();
  }

  Request request{.method = "POST", .url = {}, .headers = {}, .body = {}};
  request.url = TRY(safe_url(language, credential, base, auth.token_url.substr(path)));
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  if (auth.basic) {
    request.headers.push_back({"Authorization", "Basic " + to_base64(percent_encode(id) + ":" + percent_encode(key))});
    request.body = form({{"grant_type", auth.grant}, {"refresh_token", refresh}});
  } else {
    request.body =
        form({{"grant_type", auth.grant}, {"refresh_token", refresh}, {"client_id", id}, {"client_secret", key}});
  }
  return request;
}

Outcome authorised(const Language& language, const Call& call, const Answer& answer, Instant now) {
  const auto error = [&](Code code, const char* what, const char* fix = "") {
    return Error{code, call.system.text + what, {}, fix};
  };
  if (answer.status >= 500 || answer.status == 429) {
    return Retry{judge(language.protocol, answer, Json(), now).after,
                 error(Code::SystemUnavailable, " cannot give an access token now")};
  }
  if (answer.status != 200)
    return Refused{error(Code::Unauthenticated, " no longer accepts the connection's authorisation", reconnect)};
  const auto body = parse_json(answer.body);
  if (!body || (*body)["access_token"].text().empty()) {
    return Refused{error(Code::AnswerUnusable, " answered the request for an access token with something else")};
  }
  const auto expires_in =
      (*body)["expires_in"].integer().value_or(1800);  // both vendors' half hour, where it is not said
  return Authorised{Secret((*body)["access_token"].text()),
                    now + seconds(std::clamp<std::int64_t>(expires_in, 0, 31'536'000)),
                    Secret((*body)["refresh_token"].text())};
}

std::vector<SecretMistake> check_secrets(const Language& language, const Credential& credential) {
  std::vector<SecretMistake> mistakes;
  for (const std::string& name : language.manifest->secrets) {
    if (name == "refresh_token" && !credential.refresh_token.empty()) continue;
    if (const auto found = secret(credential, name); !found) mistakes.push_back({name, found.error()});
  }
  if (const Auth& auth = language.protocol.auth; auth.kind == Auth::Kind::Signed)
    if (const auto found = secret(credential, auth.secret); found && signing_key(*found).empty())
      mistakes.push_back({auth.secret,
                          {Code::KeyMissing,
                           "the connection's '" + auth.secret + "' is no key to sign requests with",
                           {},
                           signs_with}});
  for (const auto& [name, key] : credential.secrets) {
    if (is_webhook_secret(name) && !key.empty() && !usable_key(language.protocol.signatures, key)) {
      mistakes.push_back({name,
                          {Code::KeyMissing,
                           "the connection's '" + name + "' is no key for webhooks of " + language.manifest->name,
                           {},
                           "Give it as the vendor shows it: whsec_ and base64"}});
    }
  }
  return mistakes;
}

}  // namespace linchpin::connect
