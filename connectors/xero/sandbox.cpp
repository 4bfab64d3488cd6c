#include "connectors/xero/sandbox_vendor.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/xero/sandbox_xml.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::int64_t minute_most = 60, day_most = 5'000, app_minute_most = 10'000;
constexpr std::size_t concurrent_most = 5;
constexpr milliseconds minute{60'000}, day{86'400'000};
constexpr std::chrono::minutes remembered_for{6};
constexpr std::size_t key_most = 128;

// At once, then every 15 minutes for 24 hours.
Schedule schedule() {
  Schedule s{.batch = 50, .flights = 4, .retries = {std::chrono::seconds{1}}, .randomised = false};
  for (int i = 0; i < 96; ++i) s.retries.push_back(std::chrono::minutes{15});
  return s;
}

bool same_key_request(const Request& request) {
  return request.method == "PUT" || request.method == "POST" || request.method == "PATCH";
}

std::string fingerprint(const Request& request) {
  return to_hex(as_text(sha256(request.method + "\n" + request.url + "\n" + request.body)));
}

bool wants_json(const Request& request) {
  const std::string* accept = find_header(request.headers, "Accept");
  return accept && lower_ascii(*accept).find("application/json") != std::string::npos;
}

}  // namespace

Answer xero_json(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, canonical(body)};
}

Answer xero_problem(int status, const char* title, const std::string& detail) {
  return xero_json(status, Json::object({{"Type", Json()},
                                         {"Title", title},
                                         {"Status", status},
                                         {"Detail", detail},
                                         {"Instance", "3f0c9a1e-0000-4000-8000-000000000000"},
                                         {"Extensions", Json::Object{}}}));
}

Answer xero_validation(const Json::List& elements) {
  return xero_json(400, Json::object({{"ErrorNumber", 10},
                                      {"Type", "ValidationException"},
                                      {"Message", "A validation exception occurred"},
                                      {"Elements", elements}}));
}

std::unique_ptr<Vendor> make_xero(std::uint64_t seed, Limits limits);  // found by name: cmake/sandboxes.cmake
std::unique_ptr<Vendor> make_xero(std::uint64_t seed, Limits limits) {
  return std::make_unique<XeroVendor>(seed, limits);
}

XeroVendor::XeroVendor(std::uint64_t seed, Limits limits)
    : Vendor("xero", seed, limits, schedule()),
      client_id_(lower_ascii(chance_.hex(32))),
      client_secret_(chance_.letters(48, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")),
      webhook_key_(to_base64(chance_.hex(66))),
      tenant_(chance_.uuid()),
      connection_(chance_.uuid()),
      tokens_(chance_, client_id_, client_secret_),
      contacts_(chance_),
      invoices_(chance_),
      minute_(scaled(minute_most), minute),
      daily_(scaled(day_most), day),
      app_minute_(scaled(app_minute_most), minute) {}

Json XeroVendor::credentials() const {
  return Json::object({{"client_id", client_id_},
                       {"client_secret", client_secret_},
                       {"refresh_token", tokens_.first_refresh_token()},
                       {"tenant_id", tenant_},
                       {"webhook_key", webhook_key_}});
}

void XeroVendor::started(Instant now, milliseconds lasts) {
  std::erase_if(busy_until_, [&](Instant until) { return until <= now; });
  busy_until_.push_back(now + lasts);
}

Answer XeroVendor::respond(const Request& request, Instant now) {
  const auto path = path_segments(request.url);
  if (path == std::vector<std::string>{"connect", "token"}) return tokens_.token(request, now);
  const bool connections_call = !path.empty() && path[0] == "connections";
  if (!connections_call && (path.size() < 3 || path[0] != "api.xro" || path[1] != "2.0")) {
    return Answer{404, {{"Content-Type", "text/plain"}}, "The resource you're looking for cannot be found"};
  }
  const std::string* authorization = find_header(request.headers, "Authorization");
  if (!authorization || !authorization->starts_with("Bearer "))
    return xero_problem(401, "Unauthorized", "AuthenticationUnsuccessful");
  const std::string token = authorization->substr(7);
  switch (tokens_.state(token, now)) {
    case XeroTokens::State::Unknown:
      return xero_problem(401, "Unauthorized", "AuthenticationUnsuccessful");
    case XeroTokens::State::Expired:
      return xero_problem(401, "Unauthorized", "TokenExpired: token expired");
    case XeroTokens::State::Good:
      break;
  }
  if (connections_call) return connections(request, path);
  Answer answer = accounting(request, path, token, now);
  answer.headers.push_back({"X-DayLimit-Remaining", std::to_string(daily_.remaining())});
  answer.headers.push_back({"X-MinLimit-Remaining", std::to_string(minute_.remaining())});
  answer.headers.push_back({"X-AppMinLimit-Remaining", std::to_string(app_minute_.remaining())});
  answer.headers.push_back({"xero-correlation-id", chance_.uuid()});
  return answer;
}

Answer XeroVendor::accounting(const Request& request, const std::vector<std::string>& path, const std::string& token,
                              Instant now) {
  const std::string* tenant = find_header(request.headers, "xero-tenant-id");
  const bool custom = tokens_.of_custom_connection(token);
  if ((!custom && (!tenant || *tenant != tenant_)) || !connected_)
    return xero_problem(403, "Forbidden", "AuthenticationUnsuccessful");
  const auto refuse = [](const char* problem, std::optional<milliseconds> wait) {
    Answer answer{429, {{"X-Rate-Limit-Problem", problem}, {"Content-Type", "text/plain"}}, ""};
    if (wait)
      answer.headers.push_back(
          {"Retry-After", std::to_string(std::max<std::int64_t>(1, (wait->count() + 999) / 1000))});
    return answer;
  };
  if (busy_until_.size() > static_cast<std::size_t>(scaled(concurrent_most))) return refuse("concurrent", std::nullopt);
  if (path[2] != "Organisation") {
    if (!minute_.take(now)) return refuse("minute", minute_.until_reset(now));
    if (!daily_.take(now)) return refuse("day", daily_.until_reset(now));
    if (!app_minute_.take(now)) return refuse("appminute", app_minute_.until_reset(now));
  }
  const std::string* key = same_key_request(request) ? find_header(request.headers, "Idempotency-Key") : nullptr;
  if (key) {
    if (key->empty() || key->size() > key_most)
      return xero_problem(400, "Bad Request", "The Idempotency-Key must have 1 to 128 characters");
    while (!remembered_order_.empty() && remembered_.at(remembered_order_.front()).at + remembered_for <= now) {
      remembered_.erase(remembered_order_.front());
      remembered_order_.pop_front();
    }
    if (const auto found = remembered_.find(*key); found != remembered_.end()) {
      if (found->second.fingerprint == fingerprint(request)) return found->second.answer;
      return xero_problem(400, "Bad Request", "The Idempotency-Key was used with another request");
    }
  }
  Answer answer = resource(request, path, now);
  if (!wants_json(request) && answer.status == 200) {
    if (const auto body = parse_json(answer.body))
      answer = Answer{200, {{"Content-Type", "text/xml; charset=utf-8"}}, xero_xml(*body)};
  }
  return answer;
}

void XeroVendor::sent(const Request& request, const Answer& answer, Instant now) {
  const std::string* key = same_key_request(request) ? find_header(request.headers, "Idempotency-Key") : nullptr;
  const bool judged = answer.status != 401 && answer.status != 403 && answer.status != 429 && answer.status != 404;
  if (!key || !judged || !path_of(request.url).starts_with("/api.xro/")) return;
  // Errors too; the first stays.
  if (remembered_.emplace(*key, Remembered{fingerprint(request), answer, now}).second)
    remembered_order_.push_back(*key);
}

Answer XeroVendor::resource(const Request& request, const std::vector<std::string>& path, Instant now) {
  Json body;
  const std::string& method = request.method;
  if (method == "PUT" || method == "POST") {
    const std::string* type = find_header(request.headers, "Content-Type");
    if (!type || !lower_ascii(*type).starts_with("application/json")) {
      return Answer{415, {{"Content-Type", "text/plain"}}, "Unsupported Media Type: the sandbox reads JSON only"};
    }
    auto parsed = parse_json(request.body);
    if (!parsed || !parsed->is_object()) {
      return xero_json(400, Json::object({{"ErrorNumber", 17},
                                          {"Type", "PostDataInvalidException"},
                                          {"Message", "JSON for post data was invalid"}}));
    }
    body = std::move(*parsed);
  }
  const std::string& name = path[2];
  if (name == "Contacts") {
    if (method == "GET" && path.size() == 3) return list_contacts(request, now);
    if ((method == "PUT" || method == "POST") && path.size() == 3) return write_contacts(request, body, "", now);
    if (method == "POST" && path.size() == 4) return write_contacts(request, body, path[3], now);
    if (method == "GET" && path.size() == 4) {
      const XeroContact* contact = contacts_.by_id(path[3]);
      if (contact && leaves_out()) return envelope("Contacts", Json(Json::List{}), now);
      if (!contact) contact = contacts_.by_number(path[3]);
      if (contact) return envelope("Contacts", Json::list({contact_json(*contact, XeroShape::Full)}), now);
    }
    if (path.size() == 5 && path[4] == "History")
      if (const XeroContact* contact = contacts_.by_id(path[3])) return history(request, body, *contact, now);
  }
  if (name == "ContactGroups") return groups(request, path, body, now);
  if (name == "Invoices") return invoices(request, path, body, now);
  if (name == "Organisation" && method == "GET") return organisation(now);
  return Answer{404, {{"Content-Type", "text/plain"}}, "The resource you're looking for cannot be found"};
}

Answer XeroVendor::envelope(const char* name, Json items, Instant now, Json pagination) {
  Json::Object body{
      {"Id", chance_.uuid()}, {"Status", "OK"}, {"ProviderName", "Linchpin"}, {"DateTimeUTC", xero_date(now)}};
  if (pagination.is_object()) body.emplace_back("pagination", std::move(pagination));
  body.emplace_back(name, std::move(items));
  return xero_json(200, Json(body));
}

Answer XeroVendor::too_many(Instant now) {
  const auto wait = std::clamp<std::int64_t>(minute_.until_reset(now).count() / 1000, 1, 3);
  return Answer{429,
                {{"X-Rate-Limit-Problem", "minute"},
                 {"Retry-After", std::to_string(wait)},
                 {"X-DayLimit-Remaining", std::to_string(daily_.remaining())},
                 {"X-MinLimit-Remaining", "0"},
                 {"X-AppMinLimit-Remaining", std::to_string(app_minute_.remaining())}},
                ""};
}

Answer XeroVendor::broken(Instant) {
  return xero_json(500, Json::object({{"ErrorNumber", 500},
                                      {"Type", "InternalServerError"},
                                      {"Message",
                                       "An error occurred in Xero. Check the API Status page "
                                       "http://status.developer.xero.com for current service status."}}));
}

Answer XeroVendor::connections(const Request& request, const std::vector<std::string>& path) {
  if (request.method == "GET" && path.size() == 1) {
    if (!connected_) return xero_json(200, Json(Json::List{}));
    return xero_json(200, Json::list({Json::object({{"id", connection_},
                                                    {"authEventId", tokens_.authentication_event()},
                                                    {"tenantId", tenant_},
                                                    {"tenantType", "ORGANISATION"},
                                                    {"tenantName", "Harbour Street Accounting"},
                                                    {"createdDateUtc", "2026-07-01T00:00:00.0000000"},
                                                    {"updatedDateUtc", "2026-07-01T00:00:00.0000000"}})}));
  }
  if (request.method == "DELETE" && path.size() == 2 && path[1] == connection_ && connected_) {
    connected_ = false;
    return Answer{204, {}, ""};
  }
  return Answer{404, {}, ""};
}

Answer XeroVendor::organisation(Instant now) {
  return envelope("Organisations",
                  Json::list({Json::object({{"OrganisationID", tenant_},
                                            {"Name", "Harbour Street Accounting"},
                                            {"LegalName", "Harbour Street Accounting Pty Ltd"},
                                            {"PaysTax", true},
                                            {"Version", "AU"},
                                            {"OrganisationType", "COMPANY"},
                                            {"BaseCurrency", "AUD"},
                                            {"CountryCode", "AU"},
                                            {"IsDemoCompany", false},
                                            {"OrganisationStatus", "ACTIVE"},
                                            {"TaxNumber", "51 824 753 556"},
                                            {"FinancialYearEndDay", 30},
                                            {"FinancialYearEndMonth", 6},
                                            {"Timezone", "AUSEASTERNSTANDARDTIME"},
                                            {"ShortCode", "!hS4cc"},
                                            {"Class", "PREMIUM"},
                                            {"Edition", "BUSINESS"}})}),
                  now);
}

}  // namespace linchpin::sandbox
