#include "connectors/xero/sandbox_tokens.hpp"

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::chrono::minutes access_life{30}, grace{30};
constexpr std::chrono::hours refresh_life{24 * 60};
constexpr const char* scope = "offline_access accounting.contacts accounting.settings accounting.invoices";

Answer error(const char* code) { return json_answer(400, canonical(Json::object({{"error", code}}))); }

}  // namespace

XeroTokens::XeroTokens(Chance& chance, std::string client_id, std::string client_secret)
    : chance_(chance), client_id_(std::move(client_id)), client_secret_(std::move(client_secret)) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  first_ = chance_.letters(43, letters);
  event_ = chance_.uuid();
  refresh_[first_] = {};
}

bool XeroTokens::known_client(const Request& request, const std::string& form_id,
                              const std::string& form_secret) const {
  const std::string* authorization = find_header(request.headers, "Authorization");
  if (!authorization) return form_id == client_id_ && form_secret == client_secret_;
  if (!authorization->starts_with("Basic ")) return false;
  const auto decoded = from_base64(std::string_view(*authorization).substr(6));
  return decoded && *decoded == client_id_ + ":" + client_secret_;
}

std::string XeroTokens::new_access(Instant now, bool custom) {
  const Instant expires = now + access_life;
  const std::string header =
      canonical(Json::object({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "1CAF8E66772D6DC028D6726FD0261581570EFC19"}}));
  const std::string payload =
      canonical(Json::object({{"iss", "https://identity.xero.com"},
                              {"aud", "https://identity.xero.com/resources"},
                              {"nbf", ms_since_epoch(now) / 1000},
                              {"exp", ms_since_epoch(expires) / 1000},
                              {"client_id", client_id_},
                              {"authentication_event_id", event_},
                              {"xero_userid", event_},
                              {"jti", chance_.hex(32)},
                              {"scope", Json::list({"offline_access", "accounting.contacts", "accounting.settings",
                                                    "accounting.invoices"})}}));
  std::string token = to_base64_url(header) + "." + to_base64_url(payload) + "." + to_base64_url(chance_.hex(64));
  access_[token] = {expires, custom};
  return token;
}

Answer XeroTokens::token(const Request& request, Instant now) {
  const std::string* type = find_header(request.headers, "Content-Type");
  if (request.method != "POST") return Answer{405, {}, ""};
  if (!type || !lower_ascii(*type).starts_with("application/x-www-form-urlencoded")) return error("invalid_request");
  std::map<std::string, std::string> form;
  for (const auto& [name, value] : parse_query(request.body)) {
    if (!form.emplace(name, value).second) return error("invalid_request");
  }
  if (!known_client(request, form["client_id"], form["client_secret"])) return error("invalid_client");
  std::erase_if(access_, [&](const auto& entry) { return entry.second.expires + grace < now; });

  Json::Object body{{"token_type", "Bearer"}, {"expires_in", 1800}, {"scope", scope}};
  if (form["grant_type"] == "client_credentials") {
    body.emplace_back("access_token", new_access(now, true));
    return json_answer(200, canonical(Json(body)));
  }
  if (form["grant_type"] != "refresh_token") return error("unsupported_grant_type");
  const auto found = refresh_.find(form["refresh_token"]);
  if (found == refresh_.end()) return error("invalid_grant");
  Refresh& old = found->second;
  const bool ended = old.issued && now > *old.issued + refresh_life;
  const bool used_up = old.used && now > *old.used + grace;
  if (ended || used_up) return error("invalid_grant");
  if (!old.used) old.used = now;
  const std::string fresh = chance_.letters(43, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  refresh_[fresh] = {now, std::nullopt};
  body.emplace_back("access_token", new_access(now, false));
  body.emplace_back("refresh_token", fresh);
  return json_answer(200, canonical(Json(body)));
}

XeroTokens::State XeroTokens::state(std::string_view access_token, Instant now) const {
  const auto found = access_.find(access_token);
  if (found == access_.end()) return State::Unknown;
  return now < found->second.expires ? State::Good : State::Expired;
}

bool XeroTokens::of_custom_connection(std::string_view access_token) const {
  const auto found = access_.find(access_token);
  return found != access_.end() && found->second.custom;
}

}  // namespace linchpin::sandbox
