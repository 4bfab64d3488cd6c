#include "engine/refs.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "engine/holder.hpp"
#include "engine/line.hpp"

namespace linchpin::engine {
namespace {

using mapping::Direction;
using mapping::Mapping;

// The rows by which those are found that name a record: a space of their own, by field.
EntityName space_of(const EntityName& entity, const FieldName& field) {
  return EntityName(entity.text + "." + field.text);
}

// Whether some system's record names it by a record.
bool is_named(const model::Hub& hub, const EntityName& entity, const FieldName& field) {
  return std::any_of(hub.mappings.begin(), hub.mappings.end(), [&](const auto& mapping) {
    return mapping.second.entity == entity &&
           std::any_of(mapping.second.fields.begin(), mapping.second.fields.end(),
                       [&](const mapping::FieldMapping& m) { return m.field == field && m.ref_by == "record"; });
  });
}

const model::ObjectSpec* spec_of(const model::Hub& hub, const Mapping& mapping) {
  const auto system = hub.systems.find(mapping.system);
  if (system == hub.systems.end() || !system->second.connector) return nullptr;
  return system->second.connector->object(mapping.object);
}

}  // namespace

std::vector<NamedRecord> named_records(const model::Hub& hub, const Mapping& mapping) {
  std::vector<NamedRecord> named;
  const model::ObjectSpec* spec = spec_of(hub, mapping);
  for (const mapping::FieldMapping& m : mapping.fields) {
    if (m.ref_by != "record") continue;
    const model::Field* field = hub.entity(mapping.entity).field(m.field.text);
    if (!field) continue;
    NamedRecord one{&m, field->to, {}, {}};
    constexpr std::string_view prefix = "associations.";
    if (const std::string at = mapping::to_text(m.at); spec && at.starts_with(prefix))
      if (const auto found = spec->associations.find(at.substr(prefix.size())); found != spec->associations.end())
        one.association = found->first, one.object = found->second.to;
    for (const auto& [name, other] : hub.mappings)
      if (one.object.empty() && other.system == mapping.system && other.entity == field->to) one.object = other.object;
    named.push_back(std::move(one));
  }
  return named;
}

Result<std::optional<GoldenId>> Refs::golden_of(const SystemName& system, const NamedRecord& named,
                                                const Value& record) {
  if (!record.is_text() || record.text().empty()) return std::nullopt;
  const Family* family = TRY(work_.family_of({system, named.object, RecordId(record.text())}, named.to));
  return family ? std::optional(family->golden.id) : std::nullopt;
}

Result<std::optional<RecordId>> Refs::record_of(const SystemName& system, const NamedRecord& named,
                                                const Value& golden) {
  if (!golden.is_text() || !is_golden_id(golden.text())) return std::nullopt;
  const Family* family = TRY(work_.family(GoldenId(golden.text())));
  if (!family) return std::nullopt;
  const Link* first = nullptr;  // of two records of one company the same, whatever their order in memory
  for (const Link& link : family->links)
    if (link.key.system == system && link.key.object == named.object && link.entity == named.to && !link.gone &&
        (!first || link.key.record < first->key.record))
      first = &link;
  return first ? std::optional(first->key.record) : std::nullopt;
}

// Each value that names something becomes what `translated` makes of it; where that is nothing it is taken out, and the
// field is named.
template <class Translated>
Result<std::vector<FieldName>> Refs::translate(const Mapping& mapping, Values& values, Translated translated) {
  std::vector<FieldName> left_out;
  for (const NamedRecord& named : named_records(hub_, mapping)) {
    const auto at = values.find(named.field->field.text);
    if (at == values.end() || at->second.is_null()) continue;
    if (const auto other = TRY(translated(named, at->second))) {
      at->second = Value(other->text);
    } else {
      values.erase(at);
      left_out.push_back(named.field->field);
    }
  }
  return left_out;
}

Result<std::vector<FieldName>> Refs::in(const Mapping& mapping, Values& values) {
  return translate(mapping, values, [&](const NamedRecord& named, const Value& record) {
    return golden_of(mapping.system, named, record);
  });
}

Result<std::vector<FieldName>> Refs::out(const Mapping& mapping, Values& values) {
  return translate(mapping, values, [&](const NamedRecord& named, const Value& golden) {
    return record_of(mapping.system, named, golden);
  });
}

std::vector<FieldName> Refs::unsaid(const Mapping& mapping, Values& values) const {
  std::vector<FieldName> blank;
  for (const NamedRecord& named : named_records(hub_, mapping)) {
    const auto at = values.find(named.field->field.text);
    if (at == values.end() || !at->second.is_null()) continue;
    values.erase(at);
    blank.push_back(named.field->field);
  }
  return blank;
}

Value Refs::held(const NamedRecord& named, const Link& link) {
  const std::optional<Json> there = mapping::read(named.field->at, link.held);
  if (!there || there->is_null() || !named.field->as.in) return {};
  const Result<Value> value = named.field->as.in(*there, named.field->context);
  return value && value->is_text() && !value->text().empty() ? *value : Value();
}

Result<std::optional<std::string>> Refs::hindered(const SystemName& system, const NamedRecord& named,
                                                  const Value& golden, const Link* link) {
  if (link)
    if (const Value names = held(named, *link); !names.is_null() && !TRY(golden_of(system, named, names)))
      return "it names the record " + names.text() + " of " + named.object.text + ", which the hub does not know yet";
  if (golden.is_null() || TRY(record_of(system, named, golden))) return std::nullopt;
  return named.to.text + " " + golden.text() + " has no record in " + system.text + " yet";
}

Result<Json> Refs::association(const Delivery& d, const Link* link) {
  const Mapping& mapping = hub_.mappings.at(d.mapping);
  for (const NamedRecord& named : named_records(hub_, mapping)) {
    const auto value = d.values.find(named.field->field.text);
    if (named.association != d.named || value == d.values.end()) continue;
    const auto record = TRY(record_of(d.system, named, value->second));
    return Json::object({{"to", record ? Json(record->text) : Json()}, {"was", link ? held(named, *link) : Json()}});
  }
  return Json(Json::Object{});
}

Result<void> Refs::part(const Family& family, std::vector<Intent>& intents) {
  std::vector<Intent> associations;
  for (Intent& intent : intents) {
    const auto mapping = hub_.mappings.find(intent.mapping);
    if (mapping == hub_.mappings.end() || intent.operation == Operation::Delete) continue;
    const Link* link = nullptr;
    for (const Link& l : family.links)
      if (l.key == RecordKey{intent.system, intent.object, intent.record} && l.entity == family.golden.entity)
        link = &l;
    for (const NamedRecord& named : named_records(hub_, mapping->second)) {
      const auto at = intent.values.find(named.field->field.text);
      if (at == intent.values.end()) continue;
      const Value golden = at->second;
      const bool waits = TRY(hindered(intent.system, named, golden, link)).has_value();
      const bool nothing = golden.is_null() && (!link || held(named, *link).is_null());
      if (!waits && named.association.empty()) continue;
      intent.values.erase(at);
      if (named.association.empty() || !link || nothing) continue;  // there is a record to associate when it is made
      Intent one = intent;
      one.operation = Operation::Associate, one.named = named.association;
      one.values = {{named.field->field.text, golden}};
      one.held = intent.held || waits;
      associations.push_back(std::move(one));
    }
  }
  std::erase_if(intents, [](const Intent& i) { return i.values.empty() && i.operation != Operation::Delete; });
  for (Intent& one : associations) intents.push_back(std::move(one));
  return {};
}

Result<std::vector<Refs::Waiting>> Refs::waiting(const Family& family) {
  std::vector<Waiting> all;
  for (const Link& link : family.links) {
    const auto mapping = hub_.mappings.find(link.mapping);
    if (link.gone || mapping == hub_.mappings.end()) continue;
    for (const NamedRecord& named : named_records(hub_, mapping->second)) {
      const FieldName& field = named.field->field;
      const auto golden = family.golden.fields.find(field);
      const Value wanted = golden == family.golden.fields.end() ? Value() : golden->second.value;
      const auto base = link.base.find(field.text);
      const bool agrees = base == link.base.end() ? wanted.is_null() : base->second == wanted;
      const Value names = held(named, link);
      const bool known = names.is_null() || TRY(golden_of(link.key.system, named, names));
      if (agrees && known) continue;
      if (const auto why = TRY(hindered(link.key.system, named, wanted, &link))) all.push_back({link.key, field, *why});
    }
  }
  return all;
}

void Refs::index(const Family& family, const Link& link) {
  const auto mapping = hub_.mappings.find(link.mapping);
  if (mapping == hub_.mappings.end()) return;
  for (const NamedRecord& named : named_records(hub_, mapping->second)) {
    std::vector<std::string> keys;
    if (const Value names = held(named, link); !names.is_null() && !link.gone)
      keys.push_back(keys_.blind("ref", about({link.key.system, named.object, RecordId(names.text())})));
    work_.keys_of(family, link.key, space_of(link.entity, named.field->field), keys);
  }
  for (const mapping::FieldMapping& m : mapping->second.fields) {
    if (!m.unique_suffix) continue;
    std::vector<std::string> keys;
    if (const auto there = mapping::read(m.at, link.held); there && there->is_text() && !there->text().empty())
      keys.push_back(holder_key(there->text(), keys_));
    work_.keys_of(family, link.key, holder_space(link.key.system, link.key.object, mapping::to_text(m.at)), keys);
  }
}

Result<Children> Refs::children(const Family& parent, std::size_t most) {
  std::set<std::pair<GoldenId, RecordKey>> found;
  bool more = false;
  for (const auto& [name, entity] : hub_.entities)
    for (const model::Field& field : entity.fields) {
      if (field.to != parent.golden.entity || !is_named(hub_, name, field.name)) continue;
      for (const Link& link : parent.links) {
        std::vector<MatchKeyRow> rows =
            TRY(work_.holders(space_of(name, field.name), keys_.blind("ref", about(link.key)), most + 1));
        if (rows.size() > most) more = true, rows.resize(most);
        for (const MatchKeyRow& row : rows) found.insert({row.golden, row.record});
      }
    }
  return Children{{found.begin(), found.end()}, more};
}

Result<Values> Refs::renamed(const Link& link) {
  Values values;
  const auto mapping = hub_.mappings.find(link.mapping);
  if (link.gone || mapping == hub_.mappings.end()) return values;
  for (const NamedRecord& named : named_records(hub_, mapping->second)) {
    if (named.field->direction == Direction::Out) continue;
    const auto golden = TRY(golden_of(link.key.system, named, held(named, link)));
    const auto base = link.base.find(named.field->field.text);
    if (golden && (base == link.base.end() || base->second != Value(golden->text)))
      values.emplace(named.field->field.text, Value(golden->text));
  }
  return values;
}

}  // namespace linchpin::engine
