#include "connectors/hubspot/sandbox_vendor.hpp"

#include <algorithm>

#include "sandbox/text.hpp"
#include "sandbox/webhook_signature.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::int64_t burst_most = 190, search_most = 5, daily_most = 650'000;  // Professional
constexpr milliseconds burst_window{10'000}, search_window{1'000};
constexpr milliseconds day{86'400'000};

// HubSpot says only: ten retries, spread randomly over 24 hours. The first comes within a minute.
Schedule schedule() {
  using namespace std::chrono;
  return {.batch = 100,
          .flights = 10,
          .retries = {minutes{1}, minutes{5}, minutes{15}, minutes{30}, hours{1}, hours{2}, hours{3}, hours{4},
                      hours{6}, hours{7}},
          .randomised = true};
}

bool is_version(const std::string& text) {
  return text == "2026-09" || text == "2026-03" || text == "v3" || text == "v4";
}

}  // namespace

Answer hubspot_json(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json;charset=utf-8"}}, canonical(body)};
}

std::unique_ptr<Vendor> make_hubspot(std::uint64_t seed, Limits limits);  // found by name: cmake/sandboxes.cmake
std::unique_ptr<Vendor> make_hubspot(std::uint64_t seed, Limits limits) {
  return std::make_unique<HubspotVendor>(seed, limits);
}

HubspotVendor::HubspotVendor(std::uint64_t seed, Limits limits)
    : Vendor("hubspot", seed, limits, schedule()),
      portal_(chance_),
      token_("pat-ap1-" + chance_.uuid()),
      secret_(chance_.uuid()),
      burst_(scaled(burst_most), burst_window),
      searches_(scaled(search_most), search_window),
      daily_(scaled(daily_most), day) {}

Json HubspotVendor::credentials() const { return Json::object({{"token", token_}, {"webhook_secret", secret_}}); }

std::optional<HubspotVendor::Route> HubspotVendor::route(const Request& request) {
  const std::vector<std::string> parts = path_segments(request.url);
  Route route;
  std::size_t used = 0;
  if (parts.size() >= 3 && parts[0] == "crm" && is_version(parts[2])) {
    route.family = parts[1];
    used = 3;
  } else if (parts.size() >= 3 && parts[0] == "crm" && (parts[1] == "v3" || parts[1] == "v4")) {
    route.family = parts[2];
    used = 3;
  } else if (parts.size() >= 2 && parts[0] == "account-info" && is_version(parts[1])) {
    route.family = parts[0];
    used = 2;
  } else {
    return std::nullopt;
  }
  route.path.assign(parts.begin() + static_cast<std::ptrdiff_t>(used), parts.end());
  if (!route.path.empty()) route.type = find_hubspot_type(route.path[0]);
  return route;
}

Answer HubspotVendor::respond(const Request& request, Instant now) {
  const auto found = route(request);
  if (!found) return refusal_answer(hubspot_not_found());
  const std::string* authorization = find_header(request.headers, "Authorization");
  if (!authorization) {
    return refusal_answer(
        {401,
         "INVALID_AUTHENTICATION",
         "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
         "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
         {},
         {}});
  }
  if (*authorization != "Bearer " + token_) {
    return refusal_answer({401, "INVALID_AUTHENTICATION", "Authentication credentials not valid.", {}, {}});
  }
  if (!daily_.take(now)) return limit_answer("DAILY", "You have reached your daily limit.");
  const bool search = found->family == "objects" && found->path.size() == 2 && found->path[1] == "search";
  if (search && !searches_.take(now)) return limit_answer("SECONDLY", "You have reached your secondly limit.");
  if (!search && !burst_.take(now)) {
    return limit_answer("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.");
  }
  Json body;
  if (!request.body.empty()) {
    const std::string* type = find_header(request.headers, "Content-Type");
    if (!type || !lower_ascii(*type).starts_with("application/json")) {
      return refusal_answer({415, "VALIDATION_ERROR", "Unsupported Media Type", {}, {}});
    }
    auto parsed = parse_json(request.body);
    if (!parsed)
      return refusal_answer({400, "VALIDATION_ERROR", "Invalid input JSON: Unable to read the body", {}, {}});
    body = std::move(*parsed);
  }
  auto answered = dispatch({request, *found, body, now});
  tell(now);
  Answer answer = answered ? std::move(*answered) : refusal_answer(answered.error());
  if (!search) {
    answer.headers.push_back({"X-HubSpot-RateLimit-Max", std::to_string(burst_.most())});
    answer.headers.push_back({"X-HubSpot-RateLimit-Remaining", std::to_string(burst_.remaining())});
    answer.headers.push_back({"X-HubSpot-RateLimit-Interval-Milliseconds", std::to_string(burst_window.count())});
    answer.headers.push_back({"X-HubSpot-RateLimit-Daily", std::to_string(daily_.most())});
    answer.headers.push_back({"X-HubSpot-RateLimit-Daily-Remaining", std::to_string(daily_.remaining())});
  }
  return answer;
}

HubspotResult<Answer> HubspotVendor::dispatch(const Ask& ask) {
  const Route& r = ask.route;
  const bool typed =
      r.family == "objects" || r.family == "properties" || r.family == "associations" || r.family == "pipelines";
  if (typed && !r.path.empty() && !r.type) {
    return tl::unexpected(
        HubspotRefusal{400, "VALIDATION_ERROR", "Unable to infer object type from: " + r.path[0], {}, {}});
  }
  if (typed && r.path.empty()) return tl::unexpected(hubspot_not_found());
  if (r.family == "objects") return objects(ask);
  if (r.family == "properties") return properties(ask);
  if (r.family == "associations") return associations(ask);
  if (r.family == "pipelines") return pipelines(ask);
  if (r.family == "owners") return owners(ask);
  if (r.family == "account-info") return account_info(ask);
  return tl::unexpected(hubspot_not_found());
}

Answer HubspotVendor::refusal_answer(const HubspotRefusal& refusal) {
  Json::Object body{{"status", "error"},
                    {"message", refusal.message},
                    {"correlationId", chance_.uuid()},
                    {"category", refusal.category}};
  if (!refusal.errors.empty()) body.emplace_back("errors", refusal.errors);
  if (refusal.context.is_object()) body.emplace_back("context", refusal.context);
  return hubspot_json(refusal.status, Json(body));
}

Answer HubspotVendor::limit_answer(std::string policy, std::string message) {
  return hubspot_json(429, Json::object({{"status", "error"},
                                         {"message", message},
                                         {"errorType", "RATE_LIMIT"},
                                         {"correlationId", chance_.uuid()},
                                         {"policyName", policy},
                                         {"groupName", "publicapi:private-apps:api-calls:" + lower_ascii(policy)}}));
}

Answer HubspotVendor::too_many(Instant) {
  return limit_answer("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.");
}

Answer HubspotVendor::broken(Instant) {
  return hubspot_json(
      500, Json::object({{"status", "error"}, {"message", "internal error"}, {"correlationId", chance_.uuid()}}));
}

void HubspotVendor::tell(Instant now) {
  for (Json& event : portal_.take_events()) raise(std::move(event), now);
}

Request HubspotVendor::compose(const Message& message, Instant now) {
  Json::List events;
  for (const Json& event : message.events) events.push_back(event.with("attemptNumber", message.attempt));
  Request request{"POST", target_, {}, canonical(Json(events))};
  const std::int64_t at = ms_since_epoch(now);
  request.headers = {
      {"Content-Type", "application/json"},
      {"User-Agent", "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)"},
      {"X-HubSpot-Signature-Version", "v1"},
      {"X-HubSpot-Signature", hubspot_signature_v1(secret_, request.body)},
      {"X-HubSpot-Request-Timestamp", std::to_string(at)},
      {"X-HubSpot-Signature-v3", hubspot_signature_v3(secret_, "POST", target_, request.body, at)}};
  return request;
}

Result<Json> HubspotVendor::edit(std::string_view object, std::string_view id, const Json& fields, Instant now) {
  const HubspotType* type = find_hubspot_type(object);
  if (!type || !fields.is_object())
    return fail(Code::InvalidArgument, "the sandbox has no such object, or no fields came");
  const HubspotSource person{"CRM_UI", "userId:" + portal_.owner_ids().front()};
  HubspotRecord* record = id.empty() ? nullptr : portal_.find(*type, id);
  if (!id.empty() && !record) return fail(Code::NotFound, "there is no such record");
  const auto refused = [](const HubspotRefusal& refusal) {
    return fail(Code::ValueInvalid, refusal.errors.empty() ? refusal.category : refusal.errors.front()["code"].text());
  };
  if (const Json* survivor = record ? fields.find("mergedInto") : nullptr) {
    const auto merged = portal_.merge(*type, survivor->text(), id, person, now);
    if (!merged) return refused(merged.error());
    tell(now);
    return written_json(*type, **merged);
  }
  // A person may move a lifecycle stage back; an app may not.
  HubspotRecord as_if;
  if (record) {
    as_if = *record;
    auto values = std::make_shared<HubspotValues>(*record->values);
    values->erase("lifecyclestage");
    as_if.values = values;
  }
  HubspotPortal::Claims claims;
  const Json properties = fields.without("archived").without("associations");
  const auto values = portal_.check(*type, properties, record ? &as_if : nullptr, claims);
  if (!values) return refused(values.error());
  if (!record) {
    record = &portal_.create(*type, *values, person, now);
  } else if (!values->empty()) {
    portal_.update(*type, *record, *values, person, now);
  }
  if (const Json* wanted = fields.find("associations"))
    if (const auto linked = portal_.edit_associations(*type, *record, *wanted, person, now); !linked)
      return refused(linked.error());
  if (const Json* archived = fields.find("archived")) {
    if (archived->boolean()) {
      portal_.archive(*type, *record, person, now);
    } else if (const auto restored = portal_.restore(*type, *record, person, now); !restored) {
      return refused(restored.error());
    }
  }
  tell(now);
  return written_json(*type, *record);
}

}  // namespace linchpin::sandbox
