// The whole account as one value, and back.
#include <algorithm>

#include "connectors/hubspot/sandbox_portal.hpp"

namespace linchpin::sandbox {
namespace {

const HubspotSource imported{"IMPORT", "seed"};

Json record_state(const HubspotRecord& record) {
  Json::Object properties;
  for (const auto& [name, value] : *record.values) properties.emplace_back(name, value);
  Json::Object body{{"id", std::to_string(record.id)},
                    {"properties", properties},
                    {"createdAt", rfc3339(record.created)},
                    {"updatedAt", rfc3339(record.updated)},
                    {"archived", record.archived.has_value()}};
  if (record.archived) body.emplace_back("archivedAt", rfc3339(*record.archived));
  return Json(body);
}

Instant time_or(const Json& text, Instant otherwise) {
  const auto at = parse_rfc3339(text.text());
  return at ? *at : otherwise;
}

}  // namespace

Json HubspotPortal::state() const {
  Json::Object objects;
  Json::Object definitions;
  for (const HubspotType& type : hubspot_types()) {
    Json::List list;
    for (const auto& [id, record] : records(type)) list.push_back(record_state(record));
    objects.emplace_back(type.name, list);
    Json::List own;
    for (const auto& [name, property] : schema(type)) {
      if (property.custom && !property.archived) own.push_back(property_json(property));
    }
    definitions.emplace_back(type.name, own);
  }
  const Json state = Json::object({{"objects", objects}, {"properties", definitions}});
  Json::List associations;
  for (const HubspotLink& link : links)
    associations.push_back(Json::object({{"from", Json::object({{"object", link.from_type}, {"id", link.from}})},
                                         {"to", Json::object({{"object", link.to_type}, {"id", link.to}})},
                                         {"typeId", link.type_id},
                                         {"category", link.category}}));
  return associations.empty() ? state : state.with("associations", associations);
}

Json HubspotPortal::counts() const {
  Json::Object objects;
  for (const HubspotType& type : hubspot_types())
    objects.emplace_back(type.name, static_cast<std::int64_t>(records(type).size()));
  return Json::object({{"objects", objects}});
}

Result<void> HubspotPortal::seed(const Json& json, Instant now) {
  const Json& objects = json["objects"];
  if (!objects.is_object()) return fail(Code::InvalidArgument, "a seed needs `objects`");
  for (const auto& [name, records] : objects.members()) {
    if (!find_hubspot_type(name) || !records.is_list()) {
      return fail(Code::InvalidArgument, "the sandbox has no such object", "Use contacts, companies, deals, invoices");
    }
  }
  const auto tables_before = tables_;
  const auto refuse = [&](std::string what) {
    tables_ = tables_before;
    return fail(Code::InvalidArgument, std::move(what));
  };
  for (auto& [name, table] : tables_) {
    table.records.clear();
    table.unique.clear();
    table.merged.clear();
    for (const Json& definition : json["properties"][name].items()) {
      if (table.schema.count(definition["name"].text())) continue;
      if (!define(*find_hubspot_type(name), definition)) return refuse("a property's definition is refused");
    }
  }
  for (const auto& [name, list] : objects.members()) {
    const HubspotType& type = *find_hubspot_type(name);
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      const Json& given = list.items()[i];
      const std::string place = type.name + "[" + std::to_string(i) + "]";
      Json::Object properties;
      for (const auto& [property, value] : given["properties"].members()) {
        const auto known = schema(type).find(property);
        if (value.is_null() || (known != schema(type).end() && known->second.read_only)) continue;
        properties.emplace_back(property, value);
      }
      Claims claims;
      const bool archived = given["archived"].boolean();
      auto values = check(type, Json(properties), nullptr, claims);
      if (!values) {
        const std::string code =
            values.error().errors.empty() ? values.error().category : values.error().errors.front()["code"].text();
        return refuse(place + " is refused: " + code);
      }
      const std::string& id_text = given["id"].text();
      if (id_text.find_first_not_of("0123456789") != id_text.npos || id_text.size() > 18) {
        return refuse(place + " has an id that is not a number");
      }
      const std::int64_t id = id_text.empty() ? new_id() : std::stoll(id_text);
      if (records(type).count(id)) return refuse(place + " has an id that another record has");
      HubspotRecord& record = add(type, id, time_or(given["createdAt"], now));
      const Instant updated = time_or(given["updatedAt"], record.created);
      put_values(type, record, *values, imported, updated);
      if (archived) {
        record.archived = time_or(given["archivedAt"], updated);
      } else {
        hold_unique(type, record, true);
      }
      last_id_ = std::max(last_id_, id);
    }
  }
  links.clear();
  for (const Json& given : json["associations"].items()) {
    const HubspotType* from = find_hubspot_type(given["from"]["object"].text());
    const HubspotType* to = find_hubspot_type(given["to"]["object"].text());
    const auto id = [](const Json& one) { return one.is_text() ? one.text() : one.number_text(); };
    const HubspotRecord* one = from ? find(*from, id(given["from"]["id"])) : nullptr;
    const HubspotRecord* other = to ? find(*to, id(given["to"]["id"])) : nullptr;
    if (!one || !other) return refuse("an association names a record that is not there");
    associate({from, one->id}, {to, other->id}, static_cast<int>(given["typeId"].integer().value_or(0)),
              given["category"].is_text() ? given["category"].text() : "HUBSPOT_DEFINED", imported, now);
  }
  events_.clear();
  return {};
}

}  // namespace linchpin::sandbox
