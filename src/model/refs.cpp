// What a ref must keep: parents can be written before their children, and a record that a field names is one that the
// hub can know.
#include <algorithm>

#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

constexpr std::string_view beside = "associations.";

// Records are written parents first, so refs must not come round.
void judge_ref_cycles(Draft& draft) {
  for (const auto& [start, entity] : draft.hub.entities) {
    std::set<EntityName> seen;
    std::vector<EntityName> open{start};
    while (!open.empty()) {
      const auto at = draft.hub.entities.find(open.back());
      open.pop_back();
      if (at == draft.hub.entities.end()) continue;
      for (const Field& field : at->second.fields) {
        if (field.type != Type::Ref) continue;
        if (field.to == start)
          draft.findings.mistake(Code::FlowsDisagree, place_at(draft.field_node(at->second, field.name), "to"),
                                 "refs come round: " + start.text + " is reached again from itself",
                                 "Records are written parents first; keep the ref on one side only");
        else if (seen.insert(field.to).second)
          open.push_back(field.to);
      }
    }
  }
}

const ObjectSpec* spec_of(const mapping::Mapping& mapping, const Draft& draft) {
  const auto system = draft.hub.systems.find(mapping.system);
  if (system == draft.hub.systems.end() || !system->second.connector) return nullptr;
  return system->second.connector->object(mapping.object);
}

// Where a field is mapped beside the record, the association that its connector knows there; says so when there is
// none.
const AssociationSpec* association_of(const mapping::Mapping& mapping, const mapping::FieldMapping& field,
                                      Draft& draft) {
  const ObjectSpec* spec = spec_of(mapping, draft);
  const std::string at = mapping::to_text(field.at);
  if (!spec || !at.starts_with(beside)) return nullptr;
  if (const auto found = spec->associations.find(at.substr(beside.size())); found != spec->associations.end())
    return &found->second;
  std::vector<std::string> known;
  for (const auto& [name, one] : spec->associations) known.push_back(std::string(beside) + name);
  draft.findings.mistake(Code::ReferenceUnknown, field.place,
                         "the connector knows no association " + at + " of " + mapping.object.text,
                         suggestion(at, known));
  return nullptr;
}

void judge_named(const mapping::Mapping& mapping, const mapping::FieldMapping& field, Draft& draft) {
  const auto entity = draft.hub.entities.find(mapping.entity);
  const Field* ref = entity == draft.hub.entities.end() ? nullptr : entity->second.field(field.field.text);
  if (!ref) return;
  const AssociationSpec* association = association_of(mapping, field, draft);
  if (!association && mapping::to_text(field.at).starts_with(beside)) return;
  if (field.ref_by != "record") {
    if (association)
      draft.findings.mistake(Code::TypeWrong, field.place,
                             mapping::to_text(field.at) + " is the id of a record of " + association->to.text,
                             "Give " + field.field.text + " type: ref, and write as: ref(record)");
    return;
  }
  if (!draft.hub.entities.contains(ref->to)) return;  // said where the field is declared
  const auto names = [&](const auto& other) {
    return other.second.system == mapping.system && other.second.entity == ref->to &&
           (!association || other.second.object == association->to);
  };
  const std::string what = mapping.system.text + (association ? "'s " + association->to.text : std::string());
  if (std::none_of(draft.hub.mappings.begin(), draft.hub.mappings.end(), names)) {
    draft.findings.mistake(Code::FlowsDisagree, field.place,
                           field.field.text + " names a record of " + mapping.system.text +
                               ", and no mapping says which of " + what + " are " + ref->to.text,
                           "Map " + ref->to.text + " in mappings/" + mapping.system.text + ".….yaml, or take " +
                               field.field.text + " out");
    return;
  }
  const bool read = std::any_of(draft.hub.flows.begin(), draft.hub.flows.end(), [&](const auto& flow) {
    return flow.second.kind == Flow::Kind::Keep && flow.second.entity == ref->to &&
           std::any_of(flow.second.systems.begin(), flow.second.systems.end(),
                       [&](const FlowSystem& s) { return s.system == mapping.system && s.read != Pace::No; });
  });
  if (!read)
    draft.findings.warning(Code::FlowsDisagree, field.place,
                           "no flow reads " + ref->to.text + " from " + mapping.system.text + ", so what " +
                               field.field.text + " names there is known only where the hub has made it",
                           "Add " + mapping.system.text + " with read: to the flow that keeps " + ref->to.text);
}

}  // namespace

void judge_refs(Draft& draft) {
  judge_ref_cycles(draft);
  for (const auto& [name, mapping] : draft.hub.mappings)
    for (const mapping::FieldMapping& field : mapping.fields) judge_named(mapping, field, draft);
}

}  // namespace linchpin::model
