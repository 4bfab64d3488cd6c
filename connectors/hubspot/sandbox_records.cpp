// What a write does to a record, and what it tells.
#include <algorithm>

#include "connectors/hubspot/sandbox_portal.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::size_t history_most = 20;
constexpr std::chrono::minutes index_kept{15};

std::string as_value(const Json& json) {
  if (json.is_number()) return json.number_text();
  if (json.is_boolean()) return json.boolean() ? "true" : "false";
  return json.text();
}

int stage_rank(const std::string& stage) {
  const auto& stages = hubspot_lifecycle_stages();
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].first == stage) return static_cast<int>(i);
  }
  return -1;
}

// All property errors of one write, in HubSpot's form: the whole list as JSON inside the message, and again as
// `errors`.
HubspotRefusal property_errors(const std::vector<std::pair<std::string, HubspotValueError>>& wrong,
                               std::int64_t portal) {
  HubspotRefusal refusal;
  Json::List inside;
  for (const auto& [name, error] : wrong) {
    inside.push_back(Json::object({{"isValid", false},
                                   {"message", error.message},
                                   {"error", error.code},
                                   {"name", name},
                                   {"localizedErrorMessage", error.message},
                                   {"portalId", portal}}));
    refusal.errors.push_back(Json::object({{"message", error.message},
                                           {"code", error.code},
                                           {"context", Json::object({{"propertyName", Json::list({name})}})}}));
  }
  refusal.message = "Property values were not valid: " + canonical(Json(inside));
  return refusal;
}

std::vector<std::string> unique_values(const std::string& property, const HubspotRecord& record) {
  std::vector<std::string> values;
  if (const std::string* value = record.value(property)) values.push_back(*value);
  if (property == "email") {
    if (const std::string* more = record.value("hs_additional_emails")) {
      for (const std::string& email : split(*more, ';')) values.push_back(lower_ascii(trimmed(email)));
    }
  }
  return values;
}

}  // namespace

const std::string* HubspotRecord::value(const std::string& name) const {
  const auto found = values->find(name);
  return found == values->end() ? nullptr : &found->second;
}

HubspotRefusal hubspot_not_found(const std::string& what) { return {404, "OBJECT_NOT_FOUND", what, {}, {}}; }

HubspotPortal::HubspotPortal(Chance& chance) : chance_(chance) {
  portal_id_ = 20'000'000 + chance_.below(30'000'000);
  app_id_ = 1'000'000 + chance_.below(9'000'000);
  last_id_ = 50'000'000'000 + chance_.below(1'000'000'000);
  for (int i = 0; i < 2; ++i) owner_ids_.push_back(std::to_string(70'000'000 + chance_.below(9'000'000)));
  for (const HubspotType& type : hubspot_types()) {
    for (HubspotProperty& property : hubspot_default_properties(type)) {
      tables_[type.name].schema.emplace(property.name, property);
    }
  }
}

const HubspotPortal::Schema& HubspotPortal::schema(const HubspotType& type) const { return table(type).schema; }

const std::map<std::int64_t, HubspotRecord>& HubspotPortal::records(const HubspotType& type) const {
  return table(type).records;
}

HubspotRecord* HubspotPortal::find(const HubspotType& type, std::string_view id) {
  if (id.empty() || id.size() > 18 || id.find_first_not_of("0123456789") != id.npos) return nullptr;
  Table& t = table(type);
  std::int64_t number = std::stoll(std::string(id));
  for (auto moved = t.merged.find(number); moved != t.merged.end(); moved = t.merged.find(number))
    number = moved->second;
  const auto found = t.records.find(number);
  return found == t.records.end() ? nullptr : &found->second;
}

HubspotResult<HubspotRecord*> HubspotPortal::find_by(const HubspotType& type, std::string_view id,
                                                     const std::string& id_property) {
  if (id_property.empty() || id_property == "hs_object_id") return find(type, id);
  Table& t = table(type);
  const auto property = t.schema.find(id_property);
  if (property == t.schema.end() || !property->second.unique || property->second.archived) {
    HubspotRefusal refusal;
    refusal.message = "Property " + id_property + " is not a unique identifier property for " + type.name;
    return tl::unexpected(refusal);
  }
  const auto& index = t.unique[id_property];
  const auto found = index.find(id_property == "email" ? lower_ascii(trimmed(id)) : std::string(id));
  return found == index.end() ? nullptr : &t.records.at(found->second);
}

HubspotResult<HubspotValues> HubspotPortal::check(const HubspotType& type, const Json& properties,
                                                  const HubspotRecord* existing, Claims& claims) const {
  const Table& t = table(type);
  HubspotValues values;
  std::vector<std::pair<std::string, HubspotValueError>> wrong;
  for (const auto& [name, json] : properties.members()) {
    const auto property = t.schema.find(name);
    if (property == t.schema.end() || property->second.archived) {
      wrong.push_back({name, {"Property \"" + name + "\" does not exist", "PROPERTY_DOESNT_EXIST"}});
      continue;
    }
    if (json.is_object() || json.is_list()) {
      wrong.push_back({name, {"The value is not a text", "INVALID_VALUE"}});
      continue;
    }
    if (property->second.read_only) {
      wrong.push_back(
          {name, {"\"" + name + "\" is a read only property; its value cannot be set.", "READ_ONLY_VALUE"}});
      continue;
    }
    auto value = hubspot_value(property->second, as_value(json), owner_ids_);
    if (!value) {
      wrong.push_back({name, value.error()});
      continue;
    }
    const std::string* before = existing ? existing->value(name) : nullptr;
    if (name == "lifecyclestage" && before && !value->empty() && stage_rank(*value) < stage_rank(*before)) {
      continue;  // HubSpot answers as if it were done, and leaves the stage where it is
    }
    values[name] = std::move(*value);
  }
  if (!wrong.empty()) return tl::unexpected(property_errors(wrong, portal_id_));
  if (!existing && std::none_of(type.needed.begin(), type.needed.end(),
                                [&](const std::string& name) { return values.count(name) && !values[name].empty(); })) {
    HubspotRefusal refusal;
    refusal.message = "Error creating " + type.singular + ". Some required properties were not set.";
    refusal.errors.push_back(Json::object({{"message", "At least one of these properties is required"},
                                           {"code", "REQUIRED_PROPERTY_MISSING"},
                                           {"context", Json::object({{"propertyName", [&] {
                                                                        Json::List names;
                                                                        for (const auto& n : type.needed)
                                                                          names.push_back(n);
                                                                        return Json(names);
                                                                      }()}})}}));
    return tl::unexpected(refusal);
  }
  for (const auto& [name, value] : values) {
    if (value.empty() || !t.schema.at(name).unique) continue;
    const auto index = t.unique.find(name);
    const auto holder =
        index == t.unique.end() ? std::map<std::string, std::int64_t>::const_iterator{} : index->second.find(value);
    const bool held =
        index != t.unique.end() && holder != index->second.end() && (!existing || holder->second != existing->id);
    if (held && name == "email") {
      return tl::unexpected(HubspotRefusal{
          409, "CONFLICT", "Contact already exists. Existing ID: " + std::to_string(holder->second), {}, {}});
    }
    if (held || claims.count({name, value})) {
      if (name == "email") return tl::unexpected(HubspotRefusal{409, "CONFLICT", "Contact already exists.", {}, {}});
      return tl::unexpected(
          property_errors({{name,
                            {"The value is already taken by another record: " + name + " must be unique.",
                             "CONFLICTING_UNIQUE_VALUE"}}},
                          portal_id_));
    }
  }
  for (const auto& [name, value] : values) {
    if (!value.empty() && t.schema.at(name).unique) claims.insert({name, value});
  }
  return values;
}

std::int64_t HubspotPortal::new_id() { return last_id_ += 1 + chance_.below(50); }

HubspotRecord& HubspotPortal::add(const HubspotType& type, std::int64_t id, Instant created) {
  HubspotRecord& record = table(type).records[id];
  record.id = id;
  record.created = record.updated = created;
  return record;
}

void HubspotPortal::hold_unique(const HubspotType& type, const HubspotRecord& record, bool held) {
  Table& t = table(type);
  for (const auto& [name, property] : t.schema) {
    if (!property.unique) continue;
    for (const std::string& value : unique_values(name, record)) {
      if (held) {
        t.unique[name].emplace(value, record.id);
      } else if (const auto at = t.unique[name].find(value); at != t.unique[name].end() && at->second == record.id) {
        t.unique[name].erase(at);
      }
    }
  }
}

// Needs: the record's own unique values are not held while they change.
void HubspotPortal::put_values(const HubspotType& type, HubspotRecord& record, const HubspotValues& changes,
                               const HubspotSource& source, Instant now) {
  auto values = std::make_shared<HubspotValues>(*record.values);
  HubspotValues all = changes;
  if (changes.count("phone") && type.name == "contacts") {
    std::string digits = digits_of(changes.at("phone"));
    if (digits.starts_with("61")) digits.erase(0, 2);
    if (digits.starts_with("0")) digits.erase(0, 1);
    all["hs_searchable_calculated_phone_number"] = digits;
  }
  if (changes.count("dealstage")) {
    const std::string& stage = changes.at("dealstage");
    all["hs_is_closed_won"] = stage == "closedwon" ? "true" : "false";
    all["hs_is_closed_lost"] = stage == "closedlost" ? "true" : "false";
    all["hs_is_closed"] = stage.starts_with("closed") ? "true" : "false";
  }
  all["createdate"] = rfc3339(record.created);
  all["hs_object_id"] = std::to_string(record.id);
  record.updated = now;
  all[type.modified] = rfc3339(now);
  for (const auto& [name, value] : all) {
    const auto before = values->find(name);
    if (before == values->end() ? value.empty() : before->second == value) continue;
    value.empty() ? void(values->erase(name)) : void((*values)[name] = value);
    auto& versions = record.history[name];
    versions.insert(versions.begin(), HubspotVersion{value, now, source.change_source, source.source_id});
    if (versions.size() > history_most) versions.pop_back();
  }
  record.values = values;
  while (record.indexed.size() > 1 && record.indexed[1].first + index_kept < now)
    record.indexed.erase(record.indexed.begin());
  record.indexed.emplace_back(now, record.values);
}

void HubspotPortal::event(const HubspotType& type, const std::string& subscription, const HubspotRecord& record,
                          const HubspotSource& source, Instant now, Json::Object more) {
  if (!type.told) return;
  std::uint32_t subscription_id = 2166136261u;
  for (const char c : subscription + type.id + (more.empty() ? "" : more.front().second.text())) {
    subscription_id = (subscription_id ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  Json::Object body{{"eventId", chance_.below(std::int64_t{1} << 32)},
                    {"subscriptionId", subscription_id % 10'000'000},
                    {"portalId", portal_id_},
                    {"appId", app_id_},
                    {"occurredAt", ms_since_epoch(now)},
                    {"subscriptionType", subscription},
                    {"objectId", record.id},
                    {"objectTypeId", type.id},
                    {"changeSource", source.change_source},
                    {"sourceId", source.source_id}};
  body.insert(body.end(), more.begin(), more.end());
  events_.push_back(Json(body));
}

HubspotRecord& HubspotPortal::create(const HubspotType& type, HubspotValues values, const HubspotSource& source,
                                     Instant now) {
  HubspotRecord& record = add(type, new_id(), now);
  if (type.name == "deals" && !values.count("pipeline")) values["pipeline"] = "default";
  put_values(type, record, values, source, now);
  hold_unique(type, record, true);
  event(type, "object.creation", record, source, now, {{"changeFlag", "NEW"}});
  for (const auto& [name, value] : values) {
    if (value.empty()) continue;
    event(type, "object.propertyChange", record, source, now,
          {{"propertyName", name}, {"propertyValue", hubspot_event_value(schema(type).at(name), value)}});
  }
  return record;
}

void HubspotPortal::update(const HubspotType& type, HubspotRecord& record, const HubspotValues& changes,
                           const HubspotSource& source, Instant now) {
  const auto before = record.values;
  hold_unique(type, record, false);
  put_values(type, record, changes, source, now);
  hold_unique(type, record, true);
  for (const auto& [name, value] : changes) {
    const auto old = before->find(name);
    if (old == before->end() ? value.empty() : old->second == value) continue;  // an unchanged value tells nothing
    event(type, "object.propertyChange", record, source, now,
          {{"propertyName", name}, {"propertyValue", hubspot_event_value(schema(type).at(name), value)}});
  }
}

void HubspotPortal::archive(const HubspotType& type, HubspotRecord& record, const HubspotSource& source, Instant now) {
  if (record.archived) return;
  hold_unique(type, record, false);
  record.archived = now;
  record.updated = now;
  event(type, "object.deletion", record, source, now, {{"changeFlag", "DELETED"}});
}

HubspotResult<void> HubspotPortal::restore(const HubspotType& type, HubspotRecord& record, const HubspotSource& source,
                                           Instant now) {
  if (!record.archived) return {};
  for (const auto& [name, property] : schema(type)) {
    if (!property.unique) continue;
    for (const std::string& value : unique_values(name, record)) {
      if (table(type).unique[name].count(value)) {
        return tl::unexpected(HubspotRefusal{409, "CONFLICT", "Another record has taken its " + name + ".", {}, {}});
      }
    }
  }
  record.archived.reset();
  record.updated = now;
  hold_unique(type, record, true);
  event(type, "object.restore", record, source, now, {{"changeFlag", "RESTORED"}});
  return {};
}

HubspotResult<HubspotRecord*> HubspotPortal::merge(const HubspotType& type, std::string_view primary_id,
                                                   std::string_view merged_id, const HubspotSource& source,
                                                   Instant now) {
  HubspotRecord* primary = find(type, primary_id);
  HubspotRecord* merged = find(type, merged_id);
  if (!primary || !merged || primary->archived || merged->archived) return tl::unexpected(hubspot_not_found());
  if (primary == merged) {
    HubspotRefusal refusal;
    refusal.message = "Cannot merge a record with itself.";
    return tl::unexpected(refusal);
  }
  hold_unique(type, *primary, false);
  hold_unique(type, *merged, false);
  HubspotValues values = *primary->values;
  std::int64_t moved = 0;
  std::string extra = values.count("hs_additional_emails") ? values["hs_additional_emails"] : "";
  for (const auto& [name, value] : *merged->values) {
    if (name == "email" && values.count("email") && values["email"] != value) {
      extra += (extra.empty() ? "" : ";") + value;
    } else if (!values.count(name)) {
      values[name] = value;
      ++moved;
    }
  }
  if (!extra.empty()) values["hs_additional_emails"] = extra;
  std::string ids = values.count("hs_merged_object_ids") ? values["hs_merged_object_ids"] + ";" : "";
  values["hs_merged_object_ids"] = ids + std::to_string(primary->id) + ";" + std::to_string(merged->id);

  const std::int64_t primary_number = primary->id, merged_number = merged->id;
  const Instant created = std::min(primary->created, merged->created);
  Table& t = table(type);
  t.records.erase(primary_number);
  t.records.erase(merged_number);
  HubspotRecord& survivor = add(type, new_id(), created);
  t.merged[primary_number] = t.merged[merged_number] = survivor.id;
  put_values(type, survivor, values, source, now);
  hold_unique(type, survivor, true);
  std::set<HubspotLink> relinked;
  for (HubspotLink link : links) {
    if (link.from_type == type.name && (link.from == primary_number || link.from == merged_number))
      link.from = survivor.id;
    if (link.to_type == type.name && (link.to == primary_number || link.to == merged_number)) link.to = survivor.id;
    relinked.insert(link);
  }
  links = std::move(relinked);
  event(type, "object.merge", survivor, source, now,
        {{"primaryObjectId", primary_number},
         {"mergedObjectIds", Json::list({merged_number})},
         {"newObjectId", survivor.id},
         {"numberOfPropertiesMoved", moved}});
  return &survivor;
}

void HubspotPortal::delete_for_privacy(const HubspotType& type, HubspotRecord& record, const HubspotSource& source,
                                       Instant now) {
  hold_unique(type, record, false);
  event(type, type.singular + ".privacyDeletion", record, source, now, {{"changeFlag", "DELETED"}});
  const std::int64_t id = record.id;
  std::erase_if(links, [&](const HubspotLink& l) {
    return (l.from_type == type.name && l.from == id) || (l.to_type == type.name && l.to == id);
  });
  table(type).records.erase(id);
}

std::vector<Json> HubspotPortal::take_events() { return std::exchange(events_, {}); }

}  // namespace linchpin::sandbox
