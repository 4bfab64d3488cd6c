// Property definitions that an app makes, as the properties API takes them.
#include <algorithm>
#include <array>

#include "connectors/hubspot/sandbox_portal.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::size_t unique_most = 10;

bool is_property_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

bool fits(std::string_view type, std::string_view field_type) {
  const auto one_of = [&](std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), field_type) != list.end();
  };
  if (type == "string") return one_of({"text", "textarea", "html", "phonenumber", "file"});
  if (type == "number") return one_of({"number"});
  if (type == "date" || type == "datetime") return one_of({"date"});
  if (type == "enumeration") return one_of({"select", "radio", "checkbox", "booleancheckbox"});
  if (type == "bool") return one_of({"booleancheckbox"});
  if (type == "phone_number") return one_of({"phonenumber"});
  return false;
}

HubspotRefusal invalid(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return refusal;
}

HubspotResult<std::vector<std::pair<std::string, std::string>>> read_options(const Json& options) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const Json& option : options.items()) {
    if (!option["value"].is_text() || !option["label"].is_text()) {
      return tl::unexpected(invalid("Invalid input JSON: an option needs label and value"));
    }
    const bool twice =
        std::any_of(list.begin(), list.end(), [&](const auto& o) { return o.first == option["value"].text(); });
    if (twice) return tl::unexpected(invalid("Property options must have unique values"));
    list.emplace_back(option["value"].text(), option["label"].text());
  }
  return list;
}

}  // namespace

HubspotResult<HubspotProperty> HubspotPortal::define(const HubspotType& type, const Json& body) {
  for (const char* key : {"name", "label", "type", "fieldType", "groupName"}) {
    if (body[key].text().empty()) {
      return tl::unexpected(
          invalid("Invalid input JSON: Some required fields were not set: [" + std::string(key) + "]"));
    }
  }
  HubspotProperty p;
  p.name = body["name"].text();
  p.label = body["label"].text();
  p.type = body["type"].text();
  p.field_type = body["fieldType"].text();
  p.group = body["groupName"].text();
  p.description = body["description"].text();
  p.unique = body["hasUniqueValue"].boolean();
  p.custom = true;
  if (!is_property_name(p.name)) {
    return tl::unexpected(
        invalid("Property names must begin with a lowercase letter and contain only lowercase letters, "
                "numbers and underscores."));
  }
  if (!fits(p.type, p.field_type)) {
    return tl::unexpected(invalid("The field type '" + p.field_type + "' is not valid for type '" + p.type + "'"));
  }
  if (p.group != type.group) return tl::unexpected(invalid("Property group '" + p.group + "' does not exist"));
  p.options = TRY(read_options(body["options"]));
  if (p.type == "bool" && p.options.empty()) p.options = {{"true", "True"}, {"false", "False"}};
  Schema& schema = table(type).schema;
  if (const auto found = schema.find(p.name); found != schema.end() && !found->second.archived) {
    HubspotRefusal refusal{409, "OBJECT_ALREADY_EXISTS", "A property named '" + p.name + "' already exists.", {}, {}};
    return tl::unexpected(refusal);
  }
  const auto unique = std::count_if(schema.begin(), schema.end(), [](const auto& entry) {
    return entry.second.unique && entry.second.custom && !entry.second.archived;
  });
  if (p.unique && static_cast<std::size_t>(unique) >= unique_most) {
    return tl::unexpected(invalid("The maximum number of unique properties (10) has been reached for this object."));
  }
  schema[p.name] = p;
  return p;
}

HubspotResult<HubspotProperty> HubspotPortal::redefine(const HubspotType& type, const std::string& name,
                                                       const Json& body) {
  Schema& schema = table(type).schema;
  const auto found = schema.find(name);
  if (found == schema.end() || found->second.archived) return tl::unexpected(hubspot_not_found());
  HubspotProperty& p = found->second;
  if (!p.custom) return tl::unexpected(invalid("The definition of " + name + " is read only"));
  if (body["type"].is_text() && body["type"].text() != p.type) {
    return tl::unexpected(invalid("The type of a property with values cannot be changed"));
  }
  if (body.find("hasUniqueValue") && body["hasUniqueValue"].boolean() != p.unique) {
    return tl::unexpected(invalid("hasUniqueValue cannot be changed after a property has been created"));
  }
  if (body.find("options")) p.options = TRY(read_options(body["options"]));
  if (body["label"].is_text()) p.label = body["label"].text();
  if (body["description"].is_text()) p.description = body["description"].text();
  return p;
}

bool HubspotPortal::archive_property(const HubspotType& type, const std::string& name) {
  Schema& schema = table(type).schema;
  const auto found = schema.find(name);
  if (found == schema.end() || !found->second.custom) return false;
  found->second.archived = true;
  return true;
}

}  // namespace linchpin::sandbox
