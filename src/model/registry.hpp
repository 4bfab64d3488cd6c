// The mapping registry: every entry by which a field of the hub is a field of a system, with its logic and its reason;
// and, of what the register keeps, which applied versions made it what it is.
#pragma once

#include <string>
#include <vector>

#include "model/difference.hpp"
#include "model/hub.hpp"

namespace linchpin::model {

// Whether an entry is somebody's choice, which wants its reason: it has a transform, goes one way where the system
// would let it go both, or has unique: or keep:. What copies a field as it is, both ways, is none; nor is a direction
// where the connector has no other.
bool is_choice(const mapping::FieldMapping&, const Manifest*, const ObjectName&);

// An applied version, as the register tells it.
struct Version {
  std::int64_t number = 0;  // 0: the folder's files, which are not applied
  std::string at, by, why;
  std::vector<Difference> changes;
};
// Of what a hub answers to the command "register": the latest first.
std::vector<Version> versions(const Json& items);
// Those that changed this file at this key or below it, or brought or took the file away; each with these changes
// alone.
std::vector<Version> history_of(const std::vector<Version>&, const std::string& file, const std::string& key);

struct Decision {
  MappingName mapping;
  SystemName system;
  ObjectName object;
  EntityName entity;
  FieldName field;        // "": of the mapping as a whole; `what` says which records, what null means, …
  std::string what;       // "records", "null", "golden_id"; "field" of an entry
  std::string path;       // in the system's record
  std::string transform;  // as `as:` writes it; "" = the field's own normalisation
  std::string direction;  // "in", "out", "both"
  std::string null_rule;  // "ignore", "clear"
  std::string inverse;    // what the other way does, in words
  bool unique = false, keeps = false;
  std::string why;
  bool wants_reason = false;
  std::string chosen_by;  // how the golden value is chosen
  Class clazz = Class::Internal;
  bool regulated = false;
  Place place;
  std::vector<Version> history;  // the latest first
};
// By mapping, in the files' order.
std::vector<Decision> decisions(const Hub&, const std::vector<Version>&);

// How a field's golden value is chosen: "owner hubspot", "the latest", "made of {given_name} {family_name}".
std::string chosen_by(const Field&);
// As `as:` writes it.
std::string to_text(const mapping::Transform&, const std::string& ref_by);

Json to_json(const Decision&);

}  // namespace linchpin::model
