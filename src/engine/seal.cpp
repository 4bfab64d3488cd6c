#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

Json values_json(const Values& values) {
  Json::Object members;
  for (const auto& [field, value] : values) members.emplace_back(field, value);
  return members;
}

Values values_of(const Json& json) {
  Values values;
  for (const auto& [field, value] : json.members()) values.emplace(field, value);
  return values;
}

Instant instant_of(const Json& json) { return from_ms(json.integer().value_or(0)); }

Json sourced_json(const std::map<FieldName, Sourced>& fields) {
  Json::Object members;
  for (const auto& [name, s] : fields)
    members.emplace_back(name.text, Json::object({{"value", s.value},
                                                  {"at", ms_since_epoch(s.at)},
                                                  {"system", s.system.text},
                                                  {"record", s.record.text},
                                                  {"change", s.change.text},
                                                  {"mapping", s.mapping.text},
                                                  {"rule", s.rule}}));
  return members;
}

std::map<FieldName, Sourced> sourced_of(const Json& json) {
  std::map<FieldName, Sourced> fields;
  for (const auto& [name, s] : json.members())
    fields.emplace(FieldName(name), Sourced{s["value"], instant_of(s["at"]), SystemName(s["system"].text()),
                                            RecordId(s["record"].text()), ChangeId(s["change"].text()),
                                            MappingName(s["mapping"].text()), s["rule"].text()});
  return fields;
}

// A separator that no part contains keeps ("a", "bc") and ("ab", "c") apart.
std::string bound(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined.append(part).push_back('\x1f');
  return joined;
}
std::string bound(const Golden& g) { return bound({"golden", g.id.text, g.entity.text}); }
std::string bound(const RecordKey& k, const EntityName& e, const GoldenId& g) {
  return bound({"link", k.system.text, k.object.text, k.record.text, e.text, g.text});
}
std::string bound(const DeliveryRow& d) {
  return bound({"delivery", std::to_string(d.id.number), d.system.text, d.golden.text});
}

}  // namespace

GoldenRow to_row(const Golden& g, const Secret& key) {
  const Json body = Json::object({{"fields", sourced_json(g.fields)}, {"set", sourced_json(g.set)}});
  return {g.id, g.entity, g.version, g.created, seal(key.bytes(), canonical(body), bound(g))};
}

Result<Golden> open_row(const GoldenRow& row, const Secret& key) {
  Golden g{row.id, row.entity, row.version, row.created, {}, {}};
  const Json body = TRY(parse_json(TRY(open(key.bytes(), row.sealed, bound(g)))));
  g.fields = sourced_of(body["fields"]);
  g.set = sourced_of(body["set"]);
  return g;
}

LinkRow to_row(const Link& l, const Secret& key) {
  Json::Object own;
  for (const auto& [name, o] : l.own)
    own.emplace_back(name.text,
                     Json::object({{"value", o.value}, {"at", ms_since_epoch(o.at)}, {"change", o.change.text}}));
  Json::Object tried;
  for (const auto& [name, values] : l.tried) tried.emplace_back(name.text, Json::List(values));
  const Json body = Json::object({{"mapping", l.mapping.text},
                                  {"base", values_json(l.base)},
                                  {"given", values_json(l.given)},
                                  {"left", values_json(l.left)},
                                  {"own", std::move(own)},
                                  {"tried", std::move(tried)},
                                  {"tried_at", ms_since_epoch(l.tried_at)},
                                  {"held", l.held},
                                  {"created", ms_since_epoch(l.created)},
                                  {"updated", ms_since_epoch(l.updated)},
                                  {"archived", l.archived}});
  return {l.key,       l.entity, l.golden,
          l.confirmed, l.gone,   seal(key.bytes(), canonical(body), bound(l.key, l.entity, l.golden))};
}

Result<Link> open_row(const LinkRow& row, const Secret& key) {
  const Json body = TRY(parse_json(TRY(open(key.bytes(), row.sealed, bound(row.key, row.entity, row.golden)))));
  Link l;
  l.key = row.key;
  l.entity = row.entity;
  l.golden = row.golden;
  l.confirmed = row.confirmed;
  l.gone = row.gone;
  l.mapping = MappingName(body["mapping"].text());
  l.base = values_of(body["base"]);
  l.given = values_of(body["given"]);
  l.left = values_of(body["left"]);
  for (const auto& [name, o] : body["own"].members())
    l.own.emplace(FieldName(name), Own{o["value"], instant_of(o["at"]), ChangeId(o["change"].text())});
  for (const auto& [name, values] : body["tried"].members()) l.tried.emplace(FieldName(name), values.items());
  l.tried_at = instant_of(body["tried_at"]);
  l.held = body["held"];
  l.created = instant_of(body["created"]);
  l.updated = instant_of(body["updated"]);
  l.archived = body["archived"].boolean();
  return l;
}

DeliveryRow to_row(const Delivery& d, const Secret& key) {
  DeliveryRow row{d.id,
                  lane_of({d.system, d.object, d.record.empty() ? RecordId(d.golden.text) : d.record}),
                  d.system,
                  d.object,
                  d.record,
                  d.golden,
                  d.entity,
                  d.mapping,
                  d.flow,
                  d.operation,
                  d.named,
                  d.priority,
                  d.regulated,
                  d.state,
                  d.attempt,
                  d.suffix,
                  d.due,
                  d.made,
                  d.seen,
                  d.change,
                  d.idempotency_key,
                  {}};
  row.sealed = seal(key.bytes(), canonical(values_json(d.values)), bound(row));
  return row;
}

Result<Delivery> open_row(const DeliveryRow& row, const Secret& key) {
  const Json body = TRY(parse_json(TRY(open(key.bytes(), row.sealed, bound(row)))));
  Delivery d{row.id,     row.system,    row.object, row.record,   row.golden,    row.entity,      row.mapping,
             row.flow,   row.operation, row.named,  row.priority, row.regulated, row.state,       row.attempt,
             row.suffix, row.due,       row.made,   row.seen,     row.change,    values_of(body), row.idempotency_key};
  return d;
}

std::string seal_detail(const Json& detail, std::string_view id, const Secret& key) {
  return seal(key.bytes(), canonical(detail), bound({"detail", id}));
}
Result<Json> open_detail(std::string_view sealed, std::string_view id, const Secret& key) {
  return parse_json(TRY(open(key.bytes(), sealed, bound({"detail", id}))));
}

std::string seal_body(std::string_view body, const SystemName& system, std::string_view day, const Secret& day_key) {
  return seal(day_key.bytes(), body, bound({"inbox", system.text, day}));
}
Result<std::string> open_body(std::string_view sealed, const SystemName& system, std::string_view day,
                              const Secret& day_key) {
  return open(day_key.bytes(), sealed, bound({"inbox", system.text, day}));
}

}  // namespace linchpin::engine
