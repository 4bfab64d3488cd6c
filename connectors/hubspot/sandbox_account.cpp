// What stands around the records: property definitions, owners, pipelines, the account.
#include <algorithm>

#include "connectors/hubspot/sandbox_vendor.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

tl::unexpected<HubspotRefusal> refuse(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return tl::unexpected(refusal);
}

}  // namespace

HubspotResult<Answer> HubspotVendor::properties(const Ask& ask) {
  const auto& path = ask.route.path;
  const std::string& method = ask.request.method;
  const auto& schema = portal_.schema(ask.type());
  const auto find = [&](const std::string& name) -> const HubspotProperty* {
    const auto found = schema.find(name);
    return found == schema.end() || found->second.archived ? nullptr : &found->second;
  };
  if (path.size() == 1 && method == "GET") {
    const bool archived = query_value(ask.request.url, "archived").value_or("false") == "true";
    Json::List results;
    for (const auto& [name, property] : schema) {
      if (property.archived == archived) results.push_back(property_json(property));
    }
    return hubspot_json(200, Json::object({{"results", results}}));
  }
  if (path.size() == 1 && method == "POST")
    return hubspot_json(201, property_json(TRY(portal_.define(ask.type(), ask.body))));
  if (path.size() >= 2 && path[1] == "groups" && method == "GET") {
    const Json group = Json::object({{"name", ask.type().group},
                                     {"label", ask.type().singular + " information"},
                                     {"displayOrder", 0},
                                     {"archived", false}});
    if (path.size() == 2) return hubspot_json(200, Json::object({{"results", Json::list({group})}}));
    if (path[2] == ask.type().group) return hubspot_json(200, group);
    return tl::unexpected(hubspot_not_found());
  }
  if (path.size() == 3 && path[1] == "batch" && method == "POST") {
    const auto& inputs = ask.body["inputs"].items();
    if (inputs.empty() || inputs.size() > 100) return refuse("A batch has 1 to 100 inputs");
    Json::List results, errors;
    for (const Json& input : inputs) {
      const std::string& name = input["name"].text();
      if (path[2] == "archive") {
        portal_.archive_property(ask.type(), name);
      } else if (path[2] == "create") {
        const auto made = portal_.define(ask.type(), input);
        if (made)
          results.push_back(property_json(*made));
        else
          errors.push_back(Json::object({{"status", "error"},
                                         {"category", made.error().category},
                                         {"message", made.error().message},
                                         {"context", Json::object({{"name", Json::list({name})}})}}));
      } else if (path[2] == "read") {
        if (const auto* property = find(name))
          results.push_back(property_json(*property));
        else
          errors.push_back(Json::object({{"status", "error"},
                                         {"category", "OBJECT_NOT_FOUND"},
                                         {"message", "Property does not exist"},
                                         {"context", Json::object({{"name", Json::list({name})}})}}));
      } else {
        return tl::unexpected(hubspot_not_found());
      }
    }
    if (path[2] == "archive") return Answer{204, {}, ""};
    Json::Object body{{"status", "COMPLETE"},
                      {"results", results},
                      {"startedAt", rfc3339(ask.now)},
                      {"completedAt", rfc3339(ask.now)}};
    if (!errors.empty()) {
      body.emplace_back("numErrors", static_cast<std::int64_t>(errors.size()));
      body.emplace_back("errors", errors);
    }
    return hubspot_json(!errors.empty() ? 207 : path[2] == "create" ? 201 : 200, Json(body));
  }
  if (path.size() != 2) return tl::unexpected(hubspot_not_found());
  if (!find(path[1])) return tl::unexpected(hubspot_not_found("Property " + path[1] + " does not exist"));
  if (method == "GET") return hubspot_json(200, property_json(*find(path[1])));
  if (method == "PATCH") return hubspot_json(200, property_json(TRY(portal_.redefine(ask.type(), path[1], ask.body))));
  if (method == "DELETE") {
    if (!portal_.archive_property(ask.type(), path[1])) return refuse("The definition of " + path[1] + " is read only");
    return Answer{204, {}, ""};
  }
  return tl::unexpected(HubspotRefusal{405, "VALIDATION_ERROR", "Method not allowed", {}, {}});
}

HubspotResult<Answer> HubspotVendor::owners(const Ask& ask) {
  Json::List owners;
  const std::string wanted = query_value(ask.request.url, "email").value_or("");
  for (std::size_t i = 0; i < portal_.owner_ids().size(); ++i) {
    const std::string email = "adviser" + std::to_string(i + 1) + "@practice.example";
    const Json owner = Json::object({{"id", portal_.owner_ids()[i]},
                                     {"email", email},
                                     {"type", "PERSON"},
                                     {"firstName", "Adviser"},
                                     {"lastName", i == 0 ? "One" : "Two"},
                                     {"userId", 40'000'001 + static_cast<std::int64_t>(i)},
                                     {"createdAt", "2024-07-01T00:00:00Z"},
                                     {"updatedAt", "2024-07-01T00:00:00Z"},
                                     {"archived", false},
                                     {"teams", Json::List{}}});
    if (ask.route.path.size() == 1 && ask.route.path[0] == portal_.owner_ids()[i]) return hubspot_json(200, owner);
    if (wanted.empty() || wanted == email) owners.push_back(owner);
  }
  if (!ask.route.path.empty()) return tl::unexpected(hubspot_not_found());
  return hubspot_json(200, Json::object({{"results", owners}}));
}

HubspotResult<Answer> HubspotVendor::pipelines(const Ask& ask) {
  if (ask.request.method != "GET")
    return tl::unexpected(HubspotRefusal{403, "MISSING_SCOPES", "This app may not change pipelines.", {}, {}});
  Json::List stages;
  const auto& properties = portal_.schema(ask.type());
  if (const auto stage = properties.find("dealstage"); stage != properties.end()) {
    for (const auto& [id, label] : stage->second.options) {
      const bool closed = id.starts_with("closed");
      const std::string probability = id == "closedwon" ? "1.0" : closed ? "0.0" : "0.5";
      stages.push_back(Json::object(
          {{"id", id},
           {"label", label},
           {"displayOrder", static_cast<std::int64_t>(stages.size())},
           {"metadata", Json::object({{"isClosed", closed ? "true" : "false"}, {"probability", probability}})},
           {"archived", false},
           {"createdAt", "2024-07-01T00:00:00Z"},
           {"updatedAt", "2024-07-01T00:00:00Z"}}));
    }
  }
  Json::List results;
  if (!stages.empty()) {
    results.push_back(Json::object({{"id", "default"},
                                    {"label", "Sales Pipeline"},
                                    {"displayOrder", 0},
                                    {"stages", stages},
                                    {"archived", false},
                                    {"createdAt", "2024-07-01T00:00:00Z"},
                                    {"updatedAt", "2024-07-01T00:00:00Z"}}));
  }
  const auto& path = ask.route.path;
  if (path.size() == 1) return hubspot_json(200, Json::object({{"results", results}}));
  if (path[1] != "default" || results.empty()) return tl::unexpected(hubspot_not_found());
  if (path.size() == 2) return hubspot_json(200, results.front());
  if (path.size() == 3 && path[2] == "stages") return hubspot_json(200, Json::object({{"results", stages}}));
  return tl::unexpected(hubspot_not_found());
}

HubspotResult<Answer> HubspotVendor::account_info(const Ask& ask) {
  const auto& path = ask.route.path;
  if (path == std::vector<std::string>{"details"}) {
    return hubspot_json(200, Json::object({{"portalId", portal_.portal_id()},
                                           {"accountType", "DEVELOPER_TEST"},
                                           {"timeZone", "Australia/Sydney"},
                                           {"companyCurrency", "AUD"},
                                           {"additionalCurrencies", Json::List{}},
                                           {"utcOffset", "+11:00"},
                                           {"utcOffsetMilliseconds", 39'600'000},
                                           {"uiDomain", "app.hubspot.com"},
                                           {"dataHostingLocation", "ap1"}}));
  }
  if (path == std::vector<std::string>{"api-usage", "daily", "private-apps"}) {
    return hubspot_json(
        200, Json::object(
                 {{"results", Json::list({Json::object({{"name", "private-apps-api-calls-daily"},
                                                        {"usageLimit", daily_.most()},
                                                        {"currentUsage", daily_.most() - daily_.remaining()},
                                                        {"collectedAt", rfc3339(ask.now)},
                                                        {"resetsAt", rfc3339(ask.now + daily_.until_reset(ask.now))},
                                                        {"fetchStatus", "SUCCESS"}})})}}));
  }
  return tl::unexpected(hubspot_not_found());
}

}  // namespace linchpin::sandbox
