#include "model/draft.hpp"

#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name.text);
  return names;
}

}  // namespace

std::vector<std::string> Draft::system_names() const { return keys_of(hub.systems); }
std::vector<std::string> Draft::entity_names() const { return keys_of(hub.entities); }
std::vector<std::string> Draft::field_names(const Entity& entity) const {
  std::vector<std::string> names;
  for (const Field& field : entity.fields) names.push_back(field.name.text);
  return names;
}

const Node& Draft::field_node(const Entity& entity, const FieldName& field) const {
  static const Node none;
  const auto node = entity_nodes.find(entity.name);
  if (node == entity_nodes.end()) return none;
  const Node* fields = node->second.find("fields");
  const Node* found = fields == nullptr ? nullptr : fields->find(field.text);
  return found == nullptr ? none : *found;
}

const System* Draft::known_system(const std::string& name, const Place& at) {
  const auto found = hub.systems.find(SystemName(name));
  if (found != hub.systems.end()) return &found->second;
  findings.mistake(Code::ReferenceUnknown, at, "no file under systems/ declares a system '" + name + "'",
                   suggestion(name, system_names()));
  return nullptr;
}

const Entity* Draft::known_entity(const std::string& name, const Place& at) {
  const auto found = hub.entities.find(EntityName(name));
  if (found != hub.entities.end()) return &found->second;
  findings.mistake(Code::ReferenceUnknown, at, "no file under entities/ declares an entity '" + name + "'",
                   suggestion(name, entity_names()));
  return nullptr;
}

const Field* Draft::known_field(const Entity& entity, const std::string& name, const Place& at) {
  if (const Field* field = entity.field(name)) return field;
  findings.mistake(Code::ReferenceUnknown, at, "the entity " + entity.name.text + " has no field '" + name + "'",
                   suggestion(name, field_names(entity)));
  return nullptr;
}

}  // namespace linchpin::model
