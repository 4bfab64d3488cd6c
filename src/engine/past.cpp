#include "engine/past.hpp"

#include <algorithm>

namespace linchpin::engine {
namespace {

template <class Map, class Key>
auto in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto at = map.find(key);
  return at == map.end() ? std::nullopt : std::optional(at->second);
}

template <class Map>
std::set<FieldName> fields_of(const Map& a, const Map& b) {
  std::set<FieldName> all;
  for (const auto* map : {&a, &b})
    for (const auto& [name, value] : *map) all.insert(name);
  return all;
}

std::optional<Sourced> said(const std::optional<Own>& own) {
  if (!own) return std::nullopt;
  return Sourced{own->value, own->at, {}, {}, own->change, {}, {}};
}

// What the record held, as the golden record would say it: what it was given, or what it was read to hold.
std::optional<Sourced> held_before(const std::optional<Link>& link, const std::string& field) {
  if (!link) return std::nullopt;
  for (const Values* values : {&link->given, &link->base})
    if (const auto at = values->find(field); at != values->end()) return Sourced{at->second, {}, {}, {}, {}, {}, {}};
  return std::nullopt;
}

Turn written(const RecordKey& record, const std::string& field, const std::optional<Link>& before, const Value& after) {
  return {Turn::Kind::Written, FieldName(field), record, held_before(before, field),
          Sourced{after, {}, {}, {}, {}, {}, {}}};
}

}  // namespace

milliseconds inbox_kept(const model::Hub& hub) {
  const auto said = hub.retain.find("inbox");
  return said == hub.retain.end() ? std::chrono::days(30) : said->second;
}

std::vector<Turn> golden_turns(const model::Entity& entity, const Golden& before, const Golden& after) {
  std::vector<Turn> turns;
  for (const FieldName& field : fields_of(before.set, after.set)) {
    std::optional<Sourced> was = in(before.set, field), is = in(after.set, field);
    if (was != is) turns.push_back({Turn::Kind::Set, field, {}, std::move(was), std::move(is)});
  }
  for (const model::Field& field : entity.fields) {
    if (field.from) continue;
    std::optional<Sourced> was = in(before.fields, field.name), is = in(after.fields, field.name);
    const Value none;
    if (same_value(field.type, was ? was->value : none, is ? is->value : none)) continue;
    turns.push_back({Turn::Kind::Golden, field.name, {}, std::move(was), std::move(is)});
  }
  return turns;
}

std::vector<Turn> own_turns(const Link& before, const Link& after) {
  std::vector<Turn> turns;
  for (const FieldName& field : fields_of(before.own, after.own)) {
    const std::optional<Own> was = in(before.own, field), is = in(after.own, field);
    if (was && is && was->value == is->value && was->change == is->change) continue;  // only dated anew
    turns.push_back({Turn::Kind::Own, field, after.key, said(was), said(is)});
  }
  return turns;
}

std::vector<Turn> written_turns(const Delivery& d, const std::optional<Link>& before, const RecordKey& record) {
  if (d.operation == Operation::Do) return {{Turn::Kind::Asked, FieldName(d.named), record, {}, {}}};
  if (d.operation == Operation::Delete) return {{Turn::Kind::Asked, FieldName("delete"), record, {}, {}}};
  if (d.operation == Operation::Create) return {{Turn::Kind::Created, {}, record, {}, {}}};
  std::vector<Turn> turns;
  for (const auto& [field, value] : d.values) turns.push_back(written(record, field, before, value));
  return turns;
}

std::vector<Turn> landed_turns(const Link& before, const Link& after, const std::vector<FieldName>& took) {
  std::vector<Turn> turns;
  for (const FieldName& field : took) {
    const auto given = after.given.find(field.text);
    const auto tried = before.tried.find(field);
    if (given == after.given.end() || tried == before.tried.end()) continue;
    if (std::find(tried->second.begin(), tried->second.end(), given->second) != tried->second.end())
      turns.push_back(written(before.key, field.text, before, given->second));
  }
  return turns;
}

}  // namespace linchpin::engine
