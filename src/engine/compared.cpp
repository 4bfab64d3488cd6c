#include "engine/compared.hpp"

#include <algorithm>

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;
using Part = std::string matching::Fields::*;

// An address is an object of its parts; the others are texts.
void fill(const Value& value, Part part, matching::Fields& fields) {
  for (const auto& [name, inner] : value.members())
    if (const auto of = matching::part_named(name)) fill(inner, of, fields);
  if (part == nullptr) return;
  if (value.is_text()) fields.*part = value.text();
  if (value.is_number()) fields.*part = value.number_text();
}

// Which evidence a field of `compare:` is: by its name, else by its type.
Part part_of(const Field& field) {
  if (const auto part = matching::part_named(field.name.text)) return part;
  if (field.type == Type::Email) return &matching::Fields::email;
  if (field.type == Type::Phone) return &matching::Fields::phone;
  return field.type == Type::Date ? &matching::Fields::date_of_birth : nullptr;
}

// Where nobody has said that a date is one of birth, it is so by its name alone.
bool may_be_compared(const Field& field) {
  return field.type == Type::Address || matching::part_named(field.name.text) != nullptr ||
         (field.type != Type::Date && part_of(field) != nullptr);
}

std::vector<const Field*> compared(const Entity& entity) {
  std::vector<const Field*> fields;
  if (entity.match.likely) {
    for (const FieldName& name : entity.match.likely->compare)
      if (const Field* field = entity.field(name.text)) fields.push_back(field);
    return fields;
  }
  for (const Field& field : entity.fields)
    if (may_be_compared(field)) fields.push_back(&field);
  return fields;
}

}  // namespace

matching::Record as_compared(const Entity& entity, const std::vector<Values>& alternates, matching::RecordId id) {
  matching::Record record{std::move(id), {}};
  const std::vector<const Field*> named = compared(entity);
  for (const Values& values : alternates) {
    matching::Fields fields;
    for (const Field* field : named)
      if (const auto at = values.find(field->name.text);
          at != values.end() && !at->second.is_null() && !ruled_out(entity, *field, at->second))
        fill(at->second, part_of(*field), fields);
    record.fields.push_back(std::move(fields));
  }
  return record;
}

bool are_people(const Entity& entity) {
  return entity.match.likely || std::ranges::any_of(entity.fields, [](const Field& field) {
           const Part part = matching::part_named(field.name.text);
           return part == &matching::Fields::given_name || part == &matching::Fields::family_name ||
                  (part == &matching::Fields::full_name && field.name.text != "name");
         });
}

bool ruled_out(const Entity& entity, const Field& field, const Value& value) {
  const auto not_values = entity.match.not_values.find(field.name);
  if (not_values == entity.match.not_values.end()) return false;
  return std::any_of(not_values->second.begin(), not_values->second.end(),
                     [&](const Value& v) { return same_value(field.type, v, value); });
}

}  // namespace linchpin::engine
