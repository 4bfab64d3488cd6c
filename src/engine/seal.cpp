#include "engine/seal.hpp"

#include <algorithm>

#include "engine/packed.hpp"

namespace linchpin::engine {
namespace {

constexpr std::int64_t waits_bit = 1, not_asked_bit = 2;  // of a golden record that is, or was, in question

void pack(Packer& p, const Values& values) {
  p.count(values.size());
  for (const auto& [field, value] : values) p.text(field), p.value(value);
}
Values values_in(Unpacker& u) {
  Values values;
  for (std::size_t left = u.count(); left > 0; --left) {
    std::string field = u.text();
    values.emplace_hint(values.end(), std::move(field), u.value());
  }
  return values;
}

void pack(Packer& p, const Tried& tried) {
  p.count(tried.size());
  for (const auto& [name, values] : tried) p.text(name.text), p.value(Json(Json::List(values)));
}
Tried tried_in(Unpacker& u) {
  Tried tried;
  for (std::size_t left = u.count(); left > 0; --left) {
    FieldName name(u.text());
    tried.emplace(std::move(name), u.value().items());
  }
  return tried;
}

void pack(Packer& p, const Sourced& s) {
  p.value(s.value), p.at(s.at), p.text(s.system.text), p.text(s.record.text);
  p.text(s.change.text), p.text(s.mapping.text), p.text(s.rule);
}
Sourced one_sourced_in(Unpacker& u) {
  Sourced s;
  s.value = u.value(), s.at = u.at(), s.system.text = u.text(), s.record.text = u.text();
  s.change.text = u.text(), s.mapping.text = u.text(), s.rule = u.text();
  return s;
}

void pack(Packer& p, const std::map<FieldName, Sourced>& fields) {
  p.count(fields.size());
  for (const auto& [name, s] : fields) p.text(name.text), pack(p, s);
}
std::map<FieldName, Sourced> sourced_in(Unpacker& u) {
  std::map<FieldName, Sourced> fields;
  for (std::size_t left = u.count(); left > 0; --left) {
    FieldName name(u.text());
    fields.emplace_hint(fields.end(), std::move(name), one_sourced_in(u));
  }
  return fields;
}

void pack(Packer& p, const std::set<FieldName>& names) {
  p.count(names.size());
  for (const FieldName& name : names) p.text(name.text);
}
std::set<FieldName> names_in(Unpacker& u) {
  std::set<FieldName> names;
  for (std::size_t left = u.count(); left > 0; --left) names.emplace(u.text());
  return names;
}

void pack(Packer& p, const std::map<FieldName, Pin>& pins) {
  p.count(pins.size());
  for (const auto& [name, pin] : pins)
    p.text(name.text), p.value(pin.value), p.at(pin.at), p.at(pin.until), p.text(pin.by), p.text(pin.why);
}
std::map<FieldName, Pin> pins_in(Unpacker& u) {
  std::map<FieldName, Pin> pins;
  for (std::size_t left = u.count(); left > 0; --left) {
    FieldName name(u.text());
    Pin pin;
    pin.value = u.value(), pin.at = u.at(), pin.until = u.at(), pin.by = u.text(), pin.why = u.text();
    pins.emplace_hint(pins.end(), std::move(name), std::move(pin));
  }
  return pins;
}

void pack(Packer& p, const std::vector<Regrouped>& all) {
  p.count(all.size());
  for (const Regrouped& r : all) {
    p.number(static_cast<int>(r.what)), p.text(r.other.text), p.text(r.by), p.text(r.why), p.at(r.at);
    p.count(r.records.size());
    for (const RecordKey& key : r.records) p.text(key.system.text), p.text(key.object.text), p.text(key.record.text);
    pack(p, r.replaced);
  }
}
std::vector<Regrouped> regrouped_in(Unpacker& u) {
  std::vector<Regrouped> all(u.count());
  for (Regrouped& r : all) {
    r.what = static_cast<Regrouped::What>(u.number());
    r.other.text = u.text(), r.by = u.text(), r.why = u.text(), r.at = u.at();
    r.records.resize(u.count());
    for (RecordKey& key : r.records) key.system.text = u.text(), key.object.text = u.text(), key.record.text = u.text();
    r.replaced = sourced_in(u);
  }
  return all;
}

void pack(Packer& p, const std::vector<Turn>& turns) {
  p.count(turns.size());
  for (const Turn& t : turns) {
    p.number(static_cast<int>(t.kind)), p.text(t.field.text);
    p.text(t.record.system.text), p.text(t.record.object.text), p.text(t.record.record.text);
    for (const std::optional<Sourced>* side : {&t.before, &t.after}) {
      p.number(side->has_value());
      if (*side) pack(p, **side);
    }
  }
}
std::vector<Turn> turns_in(Unpacker& u) {
  std::vector<Turn> turns;
  for (std::size_t left = u.count(); left > 0; --left) {
    Turn t;
    t.kind = static_cast<Turn::Kind>(u.number()), t.field.text = u.text();
    t.record.system.text = u.text(), t.record.object.text = u.text(), t.record.record.text = u.text();
    for (std::optional<Sourced>* side : {&t.before, &t.after})
      if (u.number() != 0) *side = one_sourced_in(u);
    turns.push_back(std::move(t));
  }
  return turns;
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
std::string bound(const PastRow& p) {
  return bound({"past", p.golden.text, p.change.text, std::to_string(ms_since_epoch(p.at))});
}
std::string bound(const DeliveryRow& d) {
  return bound({"delivery", std::to_string(d.id.number), d.system.text, d.golden.text});
}

}  // namespace

GoldenRow to_row(const Golden& g, const Secret& key) {
  Packer p;
  pack(p, g.fields), pack(p, g.set), pack(p, g.pins);
  // Of few: the others have the form that they had before there was this.
  const bool of_question = g.in_question || !g.due.empty();
  if (!g.regrouped.empty() || !g.merged_into.empty() || !g.made_as.empty() || of_question)
    pack(p, g.regrouped), p.text(g.merged_into.text), p.text(g.made_as.text);
  if (of_question) p.number((g.waits ? waits_bit : 0) + (g.in_question ? 0 : not_asked_bit));
  if (!g.due.empty()) {
    p.count(g.due.size());
    for (const FlowName& flow : g.due) p.text(flow.text);
  }
  return {g.id, g.entity, g.version, g.created, seal(key.bytes(), p.packed(), bound(g))};
}

Result<Golden> open_row(const GoldenRow& row, const Secret& key) {
  Golden g{row.id, row.entity, row.version, row.created, {}, {}};
  const std::string packed = TRY(open(key.bytes(), row.sealed, bound(g)));
  Unpacker u(packed);
  g.fields = sourced_in(u);
  g.set = sourced_in(u);
  g.pins = pins_in(u);
  if (u.more()) g.regrouped = regrouped_in(u), g.merged_into.text = u.text(), g.made_as.text = u.text();
  if (u.more()) {
    const std::int64_t bits = u.number();
    g.waits = (bits & waits_bit) != 0, g.in_question = (bits & not_asked_bit) == 0;
  }
  if (u.more())
    for (std::size_t left = u.count(); left > 0; --left) g.due.insert(FlowName(u.text()));
  TRY(u.end());
  return g;
}

LinkRow to_row(const Link& l, const Secret& key) {
  Packer p;
  p.text(l.mapping.text), pack(p, l.base), pack(p, l.given), pack(p, l.left);
  pack(p, l.tried);
  p.at(l.tried_at);
  p.count(l.own.size());
  for (const auto& [name, o] : l.own) p.text(name.text), p.value(o.value), p.at(o.at), p.text(o.change.text);
  p.value(l.held), p.at(l.created), p.at(l.updated), p.number(l.archived), p.number(l.doomed);
  p.count(l.put_back.size());
  for (const auto& [name, times] : l.put_back) {
    p.text(name.text), p.count(times.size());
    for (const Instant at : times) p.at(at);
  }
  // Of few, again.
  const auto was = std::ranges::count_if(l.own, [](const auto& own) { return own.second.was.has_value(); });
  const bool of_conflicts = was > 0 || !l.overruled.empty() || !l.unread.empty();
  if (!l.lent.empty() || of_conflicts) pack(p, l.lent);
  if (of_conflicts) {
    pack(p, l.overruled);
    p.count(static_cast<std::size_t>(was));
    for (const auto& [name, o] : l.own)
      if (o.was) p.text(name.text), p.value(*o.was);
  }
  if (!l.unread.empty()) pack(p, l.unread);
  return {l.key,       l.entity, l.golden,
          l.confirmed, l.gone,   seal(key.bytes(), p.packed(), bound(l.key, l.entity, l.golden))};
}

Result<Link> open_row(const LinkRow& row, const Secret& key) {
  const std::string packed = TRY(open(key.bytes(), row.sealed, bound(row.key, row.entity, row.golden)));
  Unpacker u(packed);
  Link l;
  l.key = row.key;
  l.entity = row.entity;
  l.golden = row.golden;
  l.confirmed = row.confirmed;
  l.gone = row.gone;
  l.mapping.text = u.text();
  l.base = values_in(u);
  l.given = values_in(u);
  l.left = values_in(u);
  l.tried = tried_in(u);
  l.tried_at = u.at();
  for (std::size_t left = u.count(); left > 0; --left) {
    FieldName name(u.text());
    Own own;
    own.value = u.value(), own.at = u.at(), own.change.text = u.text();
    l.own.emplace(std::move(name), std::move(own));
  }
  l.held = u.value();
  l.created = u.at();
  l.updated = u.at();
  l.archived = u.number() != 0;
  l.doomed = u.number() != 0;
  for (std::size_t left = u.count(); left > 0; --left) {
    std::vector<Instant>& times = l.put_back[FieldName(u.text())];
    for (std::size_t more = u.count(); more > 0; --more) times.push_back(u.at());
  }
  if (u.more()) l.lent = names_in(u);
  if (u.more()) {
    l.overruled = names_in(u);
    for (std::size_t left = u.count(); left > 0; --left) {
      const FieldName name(u.text());
      l.own[name].was = u.value();
    }
  }
  if (u.more()) l.unread = names_in(u);
  TRY(u.end());
  return l;
}

DeliveryRow to_row(const Delivery& d, const Secret& key) {
  DeliveryRow row{d.id,     d.system,    d.object, d.record,   d.golden,    d.entity,          d.mapping,
                  d.flow,   d.operation, d.named,  d.priority, d.regulated, d.state,           d.attempt,
                  d.suffix, d.due,       d.made,   d.seen,     d.change,    d.idempotency_key, {}};
  Packer p;
  pack(p, d.values), pack(p, d.blank), pack(p, d.tried);
  row.sealed = seal(key.bytes(), p.packed(), bound(row));
  return row;
}

Result<Delivery> open_row(const DeliveryRow& row, const Secret& key) {
  const std::string packed = TRY(open(key.bytes(), row.sealed, bound(row)));
  Unpacker u(packed);
  Values values = values_in(u), blank = values_in(u);
  Tried tried = tried_in(u);
  TRY(u.end());
  Delivery d{row.id,      row.system,        row.object,       row.record,       row.golden,         row.entity,
             row.mapping, row.flow,          row.operation,    row.named,        row.priority,       row.regulated,
             row.state,   row.attempt,       row.suffix,       row.due,          row.made,           row.seen,
             row.change,  std::move(values), std::move(blank), std::move(tried), row.idempotency_key};
  return d;
}

PastRow to_row(const Past& past, const Secret& key) {
  const auto ours = [](const Turn& t) { return t.kind >= Turn::Kind::Written; };
  PastRow row{past.id, past.golden, past.change, past.at, std::ranges::any_of(past.turns, ours), {}};
  Packer p;
  pack(p, past.turns);
  row.sealed = seal(key.bytes(), p.packed(), bound(row));
  return row;
}

Result<Past> open_row(const PastRow& row, const Secret& key) {
  const std::string packed = TRY(open(key.bytes(), row.sealed, bound(row)));
  Unpacker u(packed);
  Past past{row.id, row.golden, row.change, row.at, turns_in(u)};
  TRY(u.end());
  return past;
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
