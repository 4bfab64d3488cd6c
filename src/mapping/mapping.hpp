// A mapping: how an object's JSON is an entity's values, and back. Pure; knows no files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/value.hpp"
#include "mapping/expression.hpp"
#include "mapping/path.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {

enum class Direction { In, Out, Both };
enum class NullRule { Ignore, Clear };  // what a null (or blank) in the system means: nothing, or "cleared"

struct FieldMapping {
  FieldName field;
  Path at;
  Transform as;
  Context context;
  Direction direction = Direction::Both;
  bool unique_suffix = false;  // a second record of the same value gets " (2)"
  bool keeps = false;          // keep: a government_id is fetched and kept
  // Ref fields: what stands in the record. "id": a golden id. "record": the id of a record of the same system, which
  // the hub resolves.
  std::string ref_by;
  std::string why;
  Place place;  // of the decision in the mapping file
};

struct Mapping {
  MappingName name;
  SystemName system;
  ObjectName object;
  EntityName entity;
  std::optional<Expression> where;  // which of the object's records are this entity's
  NullRule null = NullRule::Ignore;
  std::optional<Path>
      golden_id_at;  // where the system's record names the golden id that it is about (idcheck's external_id)
  std::vector<FieldMapping> fields;
  std::string why;  // the reason for what it decides of all its records
  Place place;
};

struct FieldError {
  FieldName field;
  Error error;  // the category and the place in the mapping; never the value
};
struct ReadOutcome {
  bool applies = true;             // false: `where` says that this record is not the entity's
  Values values;                   // of the fields of direction in or both; absent where the record has no such member
  std::vector<FieldError> errors;  // of fields whose value does not fit: a dead letter each; the rest goes on
};
// The entity's values that the record carries. Never fails as a whole.
ReadOutcome read(const Mapping&, const Json& record);

struct WriteOutcome {
  Json record;  // the object's JSON with only the members that `values` set
  std::vector<FieldError> errors;
};
// The record's members for these hub values (fields of direction out or both; others are passed over). `before` is what
// the record holds as far as the hub knows (null when unknown), so that an array that the vendor replaces whole is
// written whole. A null value is written as null: how a system clears is its connector's business.
WriteOutcome write(const Mapping&, const Values& values, const Json& before);

// The values with unique suffixes (" (2)") taken off, for comparing what a system holds with what it should hold.
std::string without_suffix(std::string_view text);

}  // namespace linchpin::mapping
