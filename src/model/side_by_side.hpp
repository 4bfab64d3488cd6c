// A system's data model beside the hub's, by the mappings between them: which field is which, what is not mapped, and
// what a mapping says that the system's model does not bear out.
#pragma once

#include <string>
#include <vector>

#include "model/hub.hpp"
#include "model/system_model.hpp"

namespace linchpin::model {

// A field of the system with the entries of mappings that name it, or a part of it.
struct Beside {
  struct Mapped {
    MappingName mapping;
    EntityName entity;
    FieldName field;
    std::string type;       // the hub's
    std::string transform;  // as `as:` writes it
    std::string direction;
  };
  ObjectName object;
  SystemField field;
  std::vector<Mapped> mapped;  // none: the hub does not know it
};

// What is found of one entry. A mistake cannot work as it stands: it names what is gone, or writes what the system will
// refuse. The others may be meant.
struct ModelFinding {
  enum class Kind { Gone, ReadOnly, ValueGone, Uncovered, KindDiffers, Required } kind = Kind::Gone;
  ObjectName object;
  MappingName mapping;
  FieldName field;   // "" of the mapping as a whole
  std::string path;  // in the system
  std::vector<std::string> values;
  Error error;  // what it is, where, and what to do
  bool mistake() const { return kind == Kind::Gone || kind == Kind::ReadOnly || kind == Kind::ValueGone; }
};
std::string_view to_text(ModelFinding::Kind);  // "gone", "read_only", …

struct SideBySide {
  SystemModel model;
  std::vector<Beside> fields;          // by object and path
  std::vector<std::string> elsewhere;  // fields of entities mapped here that this system does not have: "contact.born"
  std::vector<ModelFinding> findings;  // in the mappings' order
};
SideBySide side_by_side(const Hub&, SystemModel);
Json to_json(const SideBySide&);

}  // namespace linchpin::model
