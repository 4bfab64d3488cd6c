// The data model of a system, as it says of itself or as its connector declares: what its objects' fields are called,
// of which kind they are, and what they may hold. No value of any record is in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "mapping/path.hpp"

namespace linchpin::model {

struct SystemField {
  std::string path;  // as a mapping writes it, every item of a list as []: "properties.email", "Phones[].PhoneNumber"
  std::string kind;  // text number date datetime boolean choice object list; "" where nobody says
  std::string label;
  std::vector<std::string> values;  // of a choice, in the system's own words; none: not known
  std::string refers_to;            // an object of the same system
  bool required = false, read_only = false, unique = false;
  // Who says that it is there: the system's own description, the connector's contract, or records that were looked at.
  std::string told_by = "system";
};
struct ObjectModel {
  ObjectName object;
  std::vector<SystemField> fields;  // by path
  std::int64_t records = 0;         // that were looked at, for what nobody declares

  const SystemField* field(std::string_view path) const;
  // Whether the path is a field, leads to some, or lies below one whose inside nobody describes.
  bool has(std::string_view path) const;
  // Puts a field in its place, unless one of that path is there already.
  void add(SystemField);
};
// "Phones[].PhoneNumber" of Phones[PhoneType=MOBILE].PhoneNumber: which item is the mapping's business.
std::string modelled(const mapping::Path&);
// What the vendor's contract says of an object of the manifest: `declared:` of its `model:`, and its `associations:`.
ObjectModel declared_model(const ObjectName&, const Json& object);
struct SystemModel {
  SystemName system;
  std::string connector, read_at;  // RFC 3339
  std::map<std::string, std::string> api_version;
  std::vector<ObjectModel> objects;
  const ObjectModel* object(const ObjectName&) const;
};
Json to_json(const SystemModel&);
Result<SystemModel> system_model(const Json&);

// What members a record has, by path and kind; never what they hold, but for a new word of a declared choice. A member
// whose name is no name (it may be data) is left out.
void look_at(const Json& record, ObjectModel&);

// What changed in a system's model since it was last read.
struct Drift {
  ObjectName object;
  std::string path;           // "" of a whole object
  std::string what;           // "added", "removed", or what of it is another: "kind", "values", "required", …
  std::string before, after;  // "" where there is none
  bool operator==(const Drift&) const = default;
};
// A field that only records told of is not gone because other records do not have it.
std::vector<Drift> drift(const SystemModel& before, const SystemModel& after);
// `after` with what records told of before and these did not.
SystemModel with_seen(const SystemModel& before, SystemModel after);
Json to_json(const std::vector<Drift>&);
std::vector<Drift> drifts(const Json&);

}  // namespace linchpin::model
