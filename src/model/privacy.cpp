#include "model/privacy.hpp"

#include <algorithm>
#include <set>

#include "model/draft.hpp"

namespace linchpin::model {
namespace {

Class at_least(Type type) {
  switch (type) {
    case Type::Note:
    case Type::JsonAny:
      return Class::Personal;
    case Type::GovernmentId:
      return Class::Restricted;
    default:
      return Class::Public;
  }
}

// The fields that `field` is made of, through any number of steps, itself first.
std::vector<const Field*> sources(const Entity& entity, const Field& field) {
  std::vector<const Field*> found{&field};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]->from) continue;
    for (const std::string& name : found[i]->from->reads())
      if (const Field* source = entity.field(name);
          source != nullptr && std::find(found.begin(), found.end(), source) == found.end())
        found.push_back(source);
  }
  return found;
}

class Walk {
 public:
  explicit Walk(const Hub& hub) : hub_(hub) {}

  std::vector<Travel> all() {
    for (const auto& [name, mapping] : hub_.mappings) mapping_out(mapping);
    for (const auto& [name, flow] : hub_.flows) {
      for (const FlowSystem& system : flow.systems)
        if (system.when) reads(system.system, flow.entity, *system.when, system.place, "when: of flow " + name.text);
      // Who is written in a pilot, and who is not, tells what its condition reads.
      for (const FlowSystem& system : flow.systems)
        if (flow.pilot.where && system.write != Pace::No)
          reads(system.system, flow.entity, *flow.pilot.where, system.place, "pilot: of flow " + name.text);
      if (flow.kind != Flow::Kind::Do && flow.kind != Flow::Kind::Direct) continue;
      for (const FieldName& field : flow.send)
        add(flow.do_system, flow.entity, field, flow.place,
            (flow.kind == Flow::Kind::Do ? "send: of flow " : "fields: of flow ") + name.text);
      // That the call comes at all tells its receiver that the event has happened.
      if (!flow.on_field.empty())
        add(flow.do_system, flow.entity, flow.on_field, flow.place, "on: of flow " + name.text);
    }
    return std::move(travels_);
  }

 private:
  void mapping_out(const mapping::Mapping& mapping) {
    const std::string way = "mapping " + mapping.name.text;
    const auto entity = hub_.entities.find(mapping.entity);
    for (const mapping::FieldMapping& field : mapping.fields) {
      if (field.direction == mapping::Direction::In) continue;
      add(mapping.system, mapping.entity, field.field, field.place, way);
      // A transform is handed this field's value and no other; members that an expression names count all the same
      // where they are fields, so that the proof does not rest on how it is run.
      if (field.as.expression && entity != hub_.entities.end())
        for (const std::string& name : field.as.expression->reads())
          if (entity->second.field(name) != nullptr)
            add(mapping.system, mapping.entity, FieldName(name), field.place, way);
    }
  }

  void reads(const SystemName& system, const EntityName& entity, const mapping::Expression& when, const Place& at,
             const std::string& way) {
    const auto found = hub_.entities.find(entity);
    if (found == hub_.entities.end()) return;
    const bool everything = when.reads().contains("*");
    for (const Field& field : found->second.fields)
      if (everything || when.reads().contains(field.name.text)) add(system, entity, field.name, at, way);
  }

  void add(const SystemName& system, const EntityName& entity, const FieldName& field, const Place& at,
           const std::string& way) {
    const auto found = hub_.entities.find(entity);
    if (!system.empty() && found != hub_.entities.end() && found->second.field(field.text) != nullptr)
      travels_.push_back({system, entity, field, at, way});
  }

  const Hub& hub_;
  std::vector<Travel> travels_;
};

std::string full_name(const Travel& travel) { return travel.entity.text + "." + travel.field.text; }

bool may_hold(const System& system, const Travel& travel, Class clazz) {
  if (clazz == Class::ComplianceOnly) return false;
  if (clazz <= system.ceiling) return true;
  return clazz == Class::Restricted && !system.purpose.empty() && system.restricted_fields.contains(full_name(travel));
}

std::string remedy(const System& system, const Travel& travel, Class clazz) {
  if (clazz == Class::ComplianceOnly)
    return "No system may hold a compliance_only field; write direction: in, or take it out";
  if (clazz == Class::Restricted)
    return "Write direction: in, take it out, or list it in " + system.place.file + ": may_hold: [" +
           std::string(to_text(system.ceiling)) + ", " + full_name(travel) + "]";
  return "Write direction: in, take it out, or raise may_hold: in " + system.place.file;
}

}  // namespace

Class effective_class(const Entity& entity, const Field& field) {
  Class highest = Class::Public;
  for (const Field* source : sources(entity, field))
    highest = std::max({highest, source->clazz, at_least(source->type), at_least(source->item)});
  return highest;
}

std::vector<Travel> travels(const Hub& hub) { return Walk(hub).all(); }

void prove_least_privilege(const Hub& hub, Findings& findings) {
  for (const Travel& travel : travels(hub)) {
    const auto system = hub.systems.find(travel.system);
    if (system == hub.systems.end()) continue;
    const Entity& entity = hub.entity(travel.entity);
    const Field& field = *entity.field(travel.field.text);
    const Class clazz = effective_class(entity, field);
    if (may_hold(system->second, travel, clazz)) continue;
    std::string made;
    for (const Field* source : sources(entity, field))
      if (source != &field && effective_class(entity, *source) == clazz && !source->from) {
        made = " by " + travel.entity.text + "." + source->name.text;
        break;
      }
    findings.mistake(Code::LeastPrivilege, travel.at,
                     full_name(travel) + " is " + std::string(to_text(clazz)) + made + ", and " + travel.system.text +
                         " may hold " + std::string(to_text(system->second.ceiling)) + ": " + full_name(travel) +
                         " -> " + travel.way + " (" + to_text(travel.at) + ") -> " + travel.system.text,
                     remedy(system->second, travel, clazz));
  }
}

std::vector<Disclosure> disclosures(const Hub& hub) {
  std::vector<Disclosure> table;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Travel& travel : travels(hub)) {
    const auto system = hub.systems.find(travel.system);
    if (system == hub.systems.end() || !seen.emplace(travel.system.text, full_name(travel)).second) continue;
    const Entity& entity = hub.entity(travel.entity);
    table.push_back({travel.system, full_name(travel), effective_class(entity, *entity.field(travel.field.text)),
                     system->second.purpose, system->second.country});
  }
  std::sort(table.begin(), table.end(), [](const Disclosure& a, const Disclosure& b) {
    return std::tie(a.system, a.field) < std::tie(b.system, b.field);
  });
  return table;
}

}  // namespace linchpin::model
