#include "engine/derive.hpp"

#include "engine/blank.hpp"
#include "engine/line.hpp"

namespace linchpin::engine {
namespace {

Values values_of(const mapping::Derivation& from, const std::map<FieldName, Sourced>& fields) {
  Values values;
  for (const std::string& name : from.reads())
    if (const auto at = fields.find(FieldName(name)); at != fields.end()) values.emplace(name, at->second.value);
  return values;
}

}  // namespace

void derive(const model::Entity& entity, std::map<FieldName, Sourced>& fields) {
  for (const FieldName& name : entity.derived) {
    const model::Field& field = *entity.field(name.text);
    const mapping::Derivation& from = *field.from;
    fields.erase(name);
    Result<Value> made = from.value(values_of(from, fields));
    if (!made) continue;
    const bool unread = std::ranges::any_of(
        from.reads(), [&](const std::string& part) { return decides_nothing(fields, FieldName(part)); });
    if (made->is_null() && field.otherwise && !unread) {
      fields.emplace(name, Sourced{*field.otherwise, {}, {}, {}, {}, {}, "default"});
      continue;
    }
    Sourced derived{*std::move(made), {}, {}, {}, {}, {}, "derived"};
    for (const std::string& part : from.reads()) {
      const auto of = fields.find(FieldName(part));
      if (of == fields.end() || of->second.at < derived.at) continue;
      derived.at = of->second.at;
      derived.system = of->second.system, derived.record = of->second.record, derived.change = of->second.change;
    }
    fields.emplace(name, std::move(derived));
  }
}

std::vector<mapping::FieldError> not_derived(const model::Entity& entity, const Golden& golden) {
  std::vector<mapping::FieldError> errors;
  for (const FieldName& name : entity.derived) {
    if (golden.fields.contains(name)) continue;
    const model::Field& field = *entity.field(name.text);
    if (Result<Value> made = field.from->value(values_of(*field.from, golden.fields)); !made) {
      made.error().at = field.place;
      errors.push_back({name, std::move(made.error())});
    }
  }
  return errors;
}

// A field that cannot be made is a dead letter until it can. `before`: the golden record as it was.
void Line::keep_not_derived(const Family& family, const Golden* before) {
  const model::Entity& entity = hub_.entity(family.golden.entity);
  for (const FieldName& name : entity.derived)
    if (before && !before->fields.contains(name) && family.golden.fields.contains(name))
      work_.rows().dead_letters_dropped.push_back(derived_letter_id(family.golden.id, name, keys_));
  for (const mapping::FieldError& e : not_derived(entity, family.golden)) {
    DeadLetterRow row;
    row.id = derived_letter_id(family.golden.id, e.field, keys_);
    row.kind = "field";
    row.entity = entity.name, row.field = e.field;
    row.code = std::string(code_text(e.error.code)), row.message = e.error.what, row.place = to_text(e.error.at);
    row.since = now_;
    row.regulated = entity.field(e.field.text)->regulated;
    row.golden = family.golden.id;
    work_.rows().dead_letters.push_back(std::move(row));
  }
}

std::string derived_letter_id(const GoldenId& golden, const FieldName& field, Keys& keys) {
  return question_id('d', "derived/" + golden.text + "/" + field.text, keys);
}

}  // namespace linchpin::engine
