// Single records: list, read, create, update, archive, merge, erase, search.
#include <algorithm>

#include "connectors/hubspot/sandbox_search.hpp"
#include "connectors/hubspot/sandbox_vendor.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::chrono::seconds own_index_lag{1};  // HubSpot says "a few moments"

tl::unexpected<HubspotRefusal> refuse(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return tl::unexpected(refusal);
}

// `properties=a,b&properties=c`, as both forms are sent.
std::vector<std::string> listed(const Request& request, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& [key, value] : parse_query(query_of(request.url))) {
    if (key != name) continue;
    for (std::string& part : split(value, ',')) all.push_back(trimmed(part));
  }
  return all;
}

std::string query_or(const Request& request, std::string_view name, std::string otherwise) {
  return query_value(request.url, name).value_or(std::move(otherwise));
}

Json link_list(const HubspotPortal& portal, const HubspotType& from, std::int64_t id, const HubspotType& to) {
  Json::List results;
  for (const HubspotLink& link : portal.links) {
    if (link.from_type != from.name || link.from != id || link.to_type != to.name) continue;
    results.push_back(Json::object({{"id", std::to_string(link.to)}, {"type", from.singular + "_to_" + to.singular}}));
  }
  return Json::object({{"results", results}});
}

}  // namespace

Json HubspotVendor::record_json(const HubspotType& type, const HubspotRecord& record, const HubspotValues& values,
                                const std::vector<std::string>& properties,
                                const std::vector<std::string>& with_history) const {
  Json::Object shown;
  const auto show = [&](const std::string& name) {
    if (std::any_of(shown.begin(), shown.end(), [&](const auto& m) { return m.first == name; })) return;
    if (!portal_.schema(type).count(name)) return;  // one that does not exist is left out without a word
    const auto value = values.find(name);
    shown.emplace_back(name, value == values.end() ? Json() : Json(value->second));
  };
  if (properties.empty()) {
    for (const std::string& name : type.shown) show(name);
  } else {
    for (const std::string& name : {std::string("createdate"), std::string("hs_object_id"), type.modified}) show(name);
    for (const std::string& name : properties) show(name);
  }
  const auto modified = values.find(type.modified);  // of the index, where it is the index that is read
  const bool as_values = modified != values.end() && !record.archived;
  Json::Object body{{"id", std::to_string(record.id)},
                    {"properties", shown},
                    {"createdAt", rfc3339(record.created)},
                    {"updatedAt", as_values ? modified->second : rfc3339(record.updated)},
                    {"archived", record.archived.has_value()},
                    {"url", "https://app.hubspot.com/contacts/" + std::to_string(portal_.portal_id()) + "/record/" +
                                type.id + "/" + std::to_string(record.id)}};
  if (record.archived) body.emplace_back("archivedAt", rfc3339(*record.archived));
  if (!with_history.empty()) {
    Json::Object history;
    for (const std::string& name : with_history) {
      Json::List versions;
      if (const auto found = record.history.find(name); found != record.history.end()) {
        for (const HubspotVersion& v : found->second) {
          versions.push_back(Json::object({{"value", v.value},
                                           {"timestamp", rfc3339(v.at)},
                                           {"sourceType", v.source_type},
                                           {"sourceId", v.source_id}}));
        }
      }
      history.emplace_back(name, versions);
    }
    body.emplace_back("propertiesWithHistory", history);
  }
  return Json(body);
}

Json HubspotVendor::written_json(const HubspotType& type, const HubspotRecord& record) const {
  std::vector<std::string> all;
  for (const auto& [name, value] : *record.values) all.push_back(name);
  return record_json(type, record, *record.values, all);
}

HubspotResult<Answer> HubspotVendor::objects(const Ask& ask) {
  const std::vector<std::string>& path = ask.route.path;
  const std::string& method = ask.request.method;
  if (path.size() == 1 && method == "GET") return list(ask);
  if (path.size() == 1 && method == "POST") {
    if (!ask.body["properties"].is_object()) return refuse("Invalid input JSON: properties are required");
    HubspotPortal::Claims claims;
    HubspotValues values = TRY(portal_.check(ask.type(), ask.body["properties"], nullptr, claims));
    const HubspotRecord& record = portal_.create(ask.type(), std::move(values), source(), ask.now);
    return hubspot_json(201, written_json(ask.type(), record));
  }
  if (path.size() == 2 && method == "POST" && path[1] == "search") return search(ask);
  if (path.size() == 2 && method == "POST" && path[1] == "merge") {
    HubspotRecord* survivor = TRY(portal_.merge(ask.type(), ask.body["primaryObjectId"].text(),
                                                ask.body["objectIdToMerge"].text(), source(), ask.now));
    return hubspot_json(200, written_json(ask.type(), *survivor));
  }
  if (path.size() == 2 && method == "POST" && path[1] == "gdpr-delete") {
    HubspotRecord* record =
        TRY(portal_.find_by(ask.type(), ask.body["objectId"].text(), ask.body["idProperty"].text()));
    if (!record) return tl::unexpected(hubspot_not_found());
    portal_.delete_for_privacy(ask.type(), *record, source(), ask.now);
    return Answer{204, {}, ""};
  }
  if (path.size() == 2) return one(ask);
  if (path.size() == 3 && method == "POST" && path[1] == "batch") return batch(ask);
  if (path.size() >= 4 && path[2] == "associations") return associations_of(ask);
  return tl::unexpected(hubspot_not_found());
}

HubspotResult<Answer> HubspotVendor::list(const Ask& ask) {
  const auto with_history = listed(ask.request, "propertiesWithHistory");
  const auto limit = as_number(query_or(ask.request, "limit", "10"));
  const double most = with_history.empty() ? 100 : 50;
  if (!limit || *limit < 1 || *limit > most)
    return refuse("Invalid limit: it must be between 1 and " + std::to_string(static_cast<int>(most)));
  const bool archived = query_or(ask.request, "archived", "false") == "true";
  const auto after = as_number(query_or(ask.request, "after", "0"));
  if (!after || *after < 0 || *after > 1e18) return refuse("Invalid value for after");
  auto properties = listed(ask.request, "properties");
  if (properties.empty()) properties = with_history;
  const auto associations = listed(ask.request, "associations");
  Json::List results;
  Json::Object body;
  const auto& records = portal_.records(ask.type());
  for (auto at = records.lower_bound(static_cast<std::int64_t>(*after)); at != records.end(); ++at) {
    const HubspotRecord& record = at->second;
    if (record.archived.has_value() != archived) continue;
    if (results.size() == static_cast<std::size_t>(*limit)) {
      const std::string next = std::to_string(record.id);
      body.emplace_back(
          "paging",
          Json::object(
              {{"next", Json::object({{"after", next},
                                      {"link", "https://api.hubapi.com" + std::string(path_of(ask.request.url)) +
                                                   "?after=" + next}})}}));
      break;
    }
    Json item = record_json(ask.type(), record, *record.values, properties, with_history);
    Json linked;
    for (const std::string& name : associations) {
      if (const HubspotType* to = find_hubspot_type(name))
        linked = linked.with(to->name, link_list(portal_, ask.type(), record.id, *to));
    }
    if (!associations.empty()) item = item.with("associations", linked);
    results.push_back(std::move(item));
  }
  body.emplace_back("results", results);
  return hubspot_json(200, Json(body));
}

HubspotResult<Answer> HubspotVendor::one(const Ask& ask) {
  const std::string& method = ask.request.method;
  HubspotRecord* record = TRY(portal_.find_by(ask.type(), ask.route.path[1], query_or(ask.request, "idProperty", "")));
  const bool archived = query_or(ask.request, "archived", "false") == "true";
  if (!record || record->archived.has_value() != archived) return tl::unexpected(hubspot_not_found());
  if (method == "GET") {
    const auto with_history = listed(ask.request, "propertiesWithHistory");
    auto properties = listed(ask.request, "properties");
    if (properties.empty()) properties = with_history;
    Json body = record_json(ask.type(), *record, *record->values, properties, with_history);
    Json linked;
    for (const std::string& name : listed(ask.request, "associations")) {
      if (const HubspotType* to = find_hubspot_type(name))
        linked = linked.with(to->name, link_list(portal_, ask.type(), record->id, *to));
    }
    if (linked.is_object()) body = body.with("associations", linked);
    return hubspot_json(200, body);
  }
  if (method == "PATCH") {
    if (!ask.body["properties"].is_object()) return refuse("Invalid input JSON: properties are required");
    HubspotPortal::Claims claims;
    const HubspotValues values = TRY(portal_.check(ask.type(), ask.body["properties"], record, claims));
    portal_.update(ask.type(), *record, values, source(), ask.now);
    return hubspot_json(200, written_json(ask.type(), *record));
  }
  if (method == "DELETE") {
    portal_.archive(ask.type(), *record, source(), ask.now);
    return Answer{204, {}, ""};
  }
  return tl::unexpected(HubspotRefusal{405, "VALIDATION_ERROR", "Method not allowed", {}, {}});
}

HubspotResult<Answer> HubspotVendor::search(const Ask& ask) {
  if (!ask.body.is_object()) return refuse("Invalid input JSON: a search is an object");
  const Instant as_of = ask.now - index_lag(own_index_lag);
  const HubspotFound found = TRY(hubspot_search(portal_, ask.type(), ask.body, ask.request.body.size(), as_of));
  std::vector<std::string> properties;
  for (const Json& name : ask.body["properties"].items()) properties.push_back(name.text());
  Json::List results;
  for (const auto& [record, values] : found.page)
    results.push_back(record_json(ask.type(), *record, *values, properties));
  Json::Object body{{"total", found.total}, {"results", results}};
  if (!found.next.empty()) body.emplace_back("paging", Json::object({{"next", Json::object({{"after", found.next}})}}));
  return hubspot_json(200, Json(body));
}

}  // namespace linchpin::sandbox
