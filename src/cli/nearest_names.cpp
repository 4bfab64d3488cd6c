#include "cli/nearest_names.hpp"

#include <algorithm>

#include "cli/open_hub.hpp"
#include "model/nearest.hpp"

namespace linchpin::cli {
namespace {

Result<void> one_of(const std::vector<std::string>& names, const std::string& written, const std::string& what) {
  if (std::find(names.begin(), names.end(), written) != names.end()) return {};
  return fail(Code::NotFound, what, model::suggestion(written, names));
}

}  // namespace

Error nearest_of(const Error& error, const std::string& what, const std::string& written,
                 const std::vector<std::string>& names) {
  const Result<void> known = one_of(names, written, what);
  return known ? error : known.error();
}

Result<void> known_field(const Where& where, const std::string& entity, const std::string& field) {
  const auto hub = load_hub(where.folder, where.environment);
  if (!hub) return {};
  std::vector<std::string> entities, fields;
  for (const auto& [name, declared] : (*hub)->entities) {
    entities.push_back(name.text);
    if (name.text == entity)
      for (const model::Field& f : declared.fields) fields.push_back(f.name.text);
  }
  TRY(one_of(entities, entity, "the hub has no entity of that name"));
  return field.empty() ? Result<void>() : one_of(fields, field, "the entity has no field of that name");
}

Result<void> known_system(const Where& where, const std::string& system) {
  const auto hub = load_hub(where.folder, where.environment);
  if (!hub) return {};
  std::vector<std::string> systems;
  for (const auto& [name, declared] : (*hub)->systems) systems.push_back(name.text);
  return one_of(systems, system, "the hub has no system of that name");
}

}  // namespace linchpin::cli
