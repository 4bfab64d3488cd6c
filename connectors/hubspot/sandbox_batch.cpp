// Batches: at most 100 inputs. Errors of single inputs are told one by one (207) when each carries its own
// objectWriteTraceId, or when the record is missing; otherwise one bad input refuses the whole batch.
#include <algorithm>

#include "connectors/hubspot/sandbox_vendor.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::size_t inputs_most = 100;
constexpr std::size_t history_inputs_most = 50;  // github.com/activepieces/activepieces/pull/9359 quotes the refusal

tl::unexpected<HubspotRefusal> refuse(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return tl::unexpected(refusal);
}

HubspotResult<void> check_inputs(const Json& inputs, bool with_ids) {
  if (!inputs.is_list()) return refuse("Invalid input JSON: Some required fields were not set: [inputs]");
  if (inputs.items().empty()) return refuse("The batch request has no inputs");
  if (inputs.items().size() > inputs_most) return refuse("The maximum number of inputs in a batch request is 100");
  std::set<std::pair<std::string, std::string>> seen;
  for (const Json& input : inputs.items()) {
    if (!input.is_object()) return refuse("Invalid input JSON: an input is an object");
    if (!with_ids) continue;
    const std::string& id = input["id"].text();
    if (id.empty()) return refuse("Invalid input JSON: Some required fields were not set: [id]");
    if (!seen.insert({input["idProperty"].text(), id}).second) {
      return refuse("Duplicate IDs found in batch input: [" + id + "]. IDs must be unique");
    }
  }
  return {};
}

// Whether each input has an objectWriteTraceId of its own.
bool traced(const Json& inputs) {
  std::set<std::string> ids;
  for (const Json& input : inputs.items()) {
    if (!input["objectWriteTraceId"].is_text() || !ids.insert(input["objectWriteTraceId"].text()).second) return false;
  }
  return true;
}

HubspotRefusal missing(const HubspotType& type) {
  std::string name = type.singular;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return hubspot_not_found("Could not get some " + name +
                           " objects, they may be deleted or not exist. Check that ids are valid.");
}

Json item_error(const HubspotRefusal& refusal, const Json& input) {
  const Json& trace = input["objectWriteTraceId"];
  const Json context = trace.is_text() ? Json::object({{"objectWriteTraceId", Json::list({trace})}})
                                       : Json::object({{"ids", Json::list({input["id"]})}});
  Json::Object error{
      {"status", "error"}, {"category", refusal.category}, {"message", refusal.message}, {"context", context}};
  if (!refusal.errors.empty()) error.emplace_back("errors", refusal.errors);
  return Json(error);
}

Answer batch_answer(int status, Json::List results, Json::List errors, Instant now) {
  Json::Object body{{"status", "COMPLETE"},
                    {"results", std::move(results)},
                    {"startedAt", rfc3339(now)},
                    {"completedAt", rfc3339(now)}};
  if (errors.empty()) return hubspot_json(status, Json(body));
  body.emplace_back("numErrors", static_cast<std::int64_t>(errors.size()));
  body.emplace_back("errors", std::move(errors));
  return hubspot_json(207, Json(body));
}

}  // namespace

HubspotResult<Answer> HubspotVendor::batch(const Ask& ask) {
  const std::string& kind = ask.route.path[2];
  if (kind == "read") return batch_read(ask);
  if (kind == "archive") return batch_archive(ask);
  if (kind == "create" || kind == "update" || kind == "upsert") return batch_write(ask, kind);
  return tl::unexpected(hubspot_not_found());
}

HubspotResult<Answer> HubspotVendor::batch_read(const Ask& ask) {
  if (auto sound = check_inputs(ask.body["inputs"], true); !sound) return tl::unexpected(sound.error());
  const std::string& id_property = ask.body["idProperty"].text();
  std::vector<std::string> properties, with_history;
  for (const Json& name : ask.body["properties"].items()) properties.push_back(name.text());
  for (const Json& name : ask.body["propertiesWithHistory"].items()) with_history.push_back(name.text());
  if (!with_history.empty() && ask.body["inputs"].items().size() > history_inputs_most)
    return refuse(
        "The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the "
        "number of items and try again");
  if (id_property.empty() && leaves_out()) return batch_answer(200, {}, {}, ask.now);
  const bool archived = query_value(ask.request.url, "archived").value_or("false") == "true";
  Json::List results, absent;
  std::set<std::int64_t> given;
  for (const Json& input : ask.body["inputs"].items()) {
    const HubspotRecord* record = TRY(portal_.find_by(ask.type(), input["id"].text(), id_property));
    if (!record || record->archived.has_value() != archived) {
      absent.push_back(input["id"]);
    } else if (given.insert(record->id).second) {
      results.push_back(record_json(ask.type(), *record, *record->values, properties, with_history));
    }
  }
  Json::List errors;
  if (!absent.empty()) {
    const HubspotRefusal refusal = missing(ask.type());
    errors.push_back(Json::object({{"status", "error"},
                                   {"category", refusal.category},
                                   {"message", refusal.message},
                                   {"context", Json::object({{"ids", absent}})}}));
  }
  return batch_answer(200, std::move(results), std::move(errors), ask.now);
}

HubspotResult<Answer> HubspotVendor::batch_archive(const Ask& ask) {
  if (auto sound = check_inputs(ask.body["inputs"], true); !sound) return tl::unexpected(sound.error());
  for (const Json& input : ask.body["inputs"].items()) {
    HubspotRecord* record = portal_.find(ask.type(), input["id"].text());
    if (record) portal_.archive(ask.type(), *record, source(), ask.now);
  }
  return Answer{204, {}, ""};
}

HubspotResult<Answer> HubspotVendor::batch_write(const Ask& ask, std::string_view kind) {
  const Json& inputs = ask.body["inputs"];
  if (auto sound = check_inputs(inputs, kind != "create"); !sound) return tl::unexpected(sound.error());
  const bool one_by_one = traced(inputs);
  struct Step {
    const Json* input;
    HubspotRecord* record;  // none: to create
    HubspotValues values;
  };
  std::vector<Step> steps;
  Json::List errors;
  HubspotPortal::Claims claims;
  for (const Json& input : inputs.items()) {
    if (!input["properties"].is_object()) return refuse("Invalid input JSON: properties are required");
    const std::string& id_property = input["idProperty"].text();
    if (kind == "upsert" && id_property.empty()) return refuse("idProperty is required to upsert");
    HubspotRecord* record = nullptr;
    if (kind != "create") record = TRY(portal_.find_by(ask.type(), input["id"].text(), id_property));
    if (record && record->archived) record = nullptr;
    if (kind == "update" && !record) {
      errors.push_back(item_error(missing(ask.type()), input));
      continue;
    }
    Json properties = input["properties"];
    if (!record && kind == "upsert" && id_property != "hs_object_id")
      properties = properties.with(id_property, input["id"]);
    auto values = portal_.check(ask.type(), properties, record, claims);
    if (values) {
      steps.push_back({&input, record, std::move(*values)});
    } else if (one_by_one) {
      errors.push_back(item_error(values.error(), input));
    } else {
      return tl::unexpected(values.error());
    }
  }
  Json::List results;
  for (Step& step : steps) {
    const bool created = !step.record;
    if (created) {
      step.record = &portal_.create(ask.type(), std::move(step.values), source(), ask.now);
    } else {
      portal_.update(ask.type(), *step.record, step.values, source(), ask.now);
    }
    Json item = written_json(ask.type(), *step.record);
    if (kind == "upsert") item = item.with("new", created);
    const Json& trace = (*step.input)["objectWriteTraceId"];
    if (trace.is_text()) item = item.with("objectWriteTraceId", trace);
    results.push_back(std::move(item));
  }
  return batch_answer(kind == "create" ? 201 : 200, std::move(results), std::move(errors), ask.now);
}

}  // namespace linchpin::sandbox
