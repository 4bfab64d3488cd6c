// A HubSpot account: its property definitions, its records, and what a write does to them. What it refuses and how it
// normalises is as in HubSpot's CRM documentation (properties, objects; versions 2026-03 and 2026-09, and v3).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "sandbox/chance.hpp"

namespace linchpin::sandbox {

// An error of the API: status and body, without the correlation id.
struct HubspotRefusal {
  int status = 400;
  std::string category = "VALIDATION_ERROR";
  std::string message;
  Json::List errors;
  Json context;
};
template <class T>
using HubspotResult = tl::expected<T, HubspotRefusal>;

struct HubspotProperty {
  std::string name, label, type, field_type, group;
  std::vector<std::pair<std::string, std::string>> options;  // value, label
  bool unique = false;
  bool read_only = false;
  bool calculated = false;
  bool custom = false;
  bool archived = false;
  std::string external_options;  // "OWNER"
  std::string description;
};
Json property_json(const HubspotProperty&);

struct HubspotType {
  std::string name;                 // "contacts"
  std::string singular;             // "contact"
  std::string id;                   // "0-1"
  std::string modified;             // the property that moves with every write
  std::string group;                // where its properties stand by default
  std::vector<std::string> shown;   // properties that an answer has when none are asked for
  std::vector<std::string> needed;  // one of them is needed to create
  bool told = true;                 // an app can subscribe to webhooks of it
};
const std::vector<HubspotType>& hubspot_types();
const HubspotType* find_hubspot_type(std::string_view name_or_id);
std::vector<HubspotProperty> hubspot_default_properties(const HubspotType&);
const std::vector<std::pair<std::string, std::string>>& hubspot_lifecycle_stages();  // in their order

using HubspotValues = std::map<std::string, std::string>;  // "" never stands in a record: a cleared one is absent

struct HubspotVersion {  // one entry of propertiesWithHistory
  std::string value;
  Instant at{};
  std::string source_type, source_id;
};
struct HubspotRecord {
  std::int64_t id = 0;
  std::shared_ptr<const HubspotValues> values = std::make_shared<HubspotValues>();
  std::map<std::string, std::vector<HubspotVersion>> history;  // newest first, at most 20
  // What the search index held from when on: it is read with a lag. Oldest first.
  std::vector<std::pair<Instant, std::shared_ptr<const HubspotValues>>> indexed;
  Instant created{}, updated{};
  std::optional<Instant> archived;
  const std::string* value(const std::string& name) const;
};

struct HubspotSource {
  std::string change_source;  // "INTEGRATION", "CRM_UI"
  std::string source_id;
};

struct HubspotLink {
  std::string from_type, to_type;  // names
  std::int64_t from = 0, to = 0;
  int type_id = 0;
  std::string category = "HUBSPOT_DEFINED";
  auto operator<=>(const HubspotLink&) const = default;
};

class HubspotPortal {
 public:
  HubspotPortal(Chance& chance);

  // Definitions, by type name.
  using Schema = std::map<std::string, HubspotProperty>;
  const Schema& schema(const HubspotType&) const;
  HubspotResult<HubspotProperty> define(const HubspotType&, const Json& body);
  HubspotResult<HubspotProperty> redefine(const HubspotType&, const std::string& name, const Json& body);
  bool archive_property(const HubspotType&, const std::string& name);

  // Reading. A merged record's old id finds the survivor. By a unique property's value otherwise.
  const std::map<std::int64_t, HubspotRecord>& records(const HubspotType&) const;
  HubspotRecord* find(const HubspotType&, std::string_view id);
  HubspotResult<HubspotRecord*> find_by(const HubspotType&, std::string_view id, const std::string& id_property);

  // Writing in two steps, so that a batch can be refused whole: check, then apply. `claims` are values that earlier
  // inputs of the batch take. What check returns has "" for a value to clear.
  using Claims = std::set<std::pair<std::string, std::string>>;
  HubspotResult<HubspotValues> check(const HubspotType&, const Json& properties, const HubspotRecord* existing,
                                     Claims& claims) const;
  HubspotRecord& create(const HubspotType&, HubspotValues, const HubspotSource&, Instant now);
  void update(const HubspotType&, HubspotRecord&, const HubspotValues&, const HubspotSource&, Instant now);
  void archive(const HubspotType&, HubspotRecord&, const HubspotSource&, Instant now);
  HubspotResult<void> restore(const HubspotType&, HubspotRecord&, const HubspotSource&, Instant now);
  HubspotResult<HubspotRecord*> merge(const HubspotType&, std::string_view primary, std::string_view merged,
                                      const HubspotSource&, Instant now);
  void delete_for_privacy(const HubspotType&, HubspotRecord&, const HubspotSource&, Instant now);

  // Associations, in both directions at once (sandbox_associations.cpp). A contact has one primary company: the first,
  // until another is made so.
  using End = std::pair<const HubspotType*, std::int64_t>;
  void associate(const End& from, const End& to, int type_id, const std::string& category, const HubspotSource&,
                 Instant now);
  bool dissociate(const End& from, const End& to, const HubspotSource&, Instant now);  // all its labels
  HubspotResult<void> edit_associations(const HubspotType&, HubspotRecord&, const Json& wanted, const HubspotSource&,
                                        Instant now);
  std::set<HubspotLink> links;

  Json state() const;
  Json counts() const;
  Result<void> seed(const Json&, Instant now);

  std::vector<Json> take_events();  // what happened since the last call, in webhook form without attemptNumber
  std::int64_t portal_id() const { return portal_id_; }
  std::int64_t app_id() const { return app_id_; }
  const std::vector<std::string>& owner_ids() const { return owner_ids_; }

 private:
  struct Table {
    Schema schema;
    std::map<std::int64_t, HubspotRecord> records;
    std::map<std::string, std::map<std::string, std::int64_t>> unique;  // property, value → record, without archived
    std::map<std::int64_t, std::int64_t> merged;                        // old id → survivor
  };
  Table& table(const HubspotType& type) { return tables_.at(type.name); }
  const Table& table(const HubspotType& type) const { return tables_.at(type.name); }
  HubspotRecord& add(const HubspotType&, std::int64_t id, Instant created);
  std::int64_t new_id();
  void put_values(const HubspotType&, HubspotRecord&, const HubspotValues& changes, const HubspotSource&, Instant now);
  void hold_unique(const HubspotType&, const HubspotRecord&, bool held);
  void event(const HubspotType&, const std::string& subscription, const HubspotRecord&, const HubspotSource&,
             Instant now, Json::Object more);
  void association_event(const End& from, const End& to, bool removed, bool primary, const HubspotSource&, Instant now);
  void link(const End& from, const End& to, int type_id, const std::string& category);
  bool has_primary(const End& contact) const;

  Chance& chance_;
  std::map<std::string, Table> tables_;
  std::vector<Json> events_;
  std::int64_t portal_id_, app_id_, last_id_;
  std::vector<std::string> owner_ids_;
};

// The value as this property holds it; on refusal the message and code of HubSpot's error.
struct HubspotValueError {
  std::string message, code;
};
tl::expected<std::string, HubspotValueError> hubspot_value(const HubspotProperty&, const std::string& given,
                                                           const std::vector<std::string>& owner_ids);
std::string hubspot_event_value(const HubspotProperty&, const std::string& value);  // times as epoch milliseconds
HubspotRefusal hubspot_not_found(const std::string& what = "resource not found");

}  // namespace linchpin::sandbox
