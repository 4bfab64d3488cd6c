#include "engine/confirm.hpp"

#include <algorithm>

#include "base/mutant.hpp"
namespace linchpin::engine {
namespace {

// A partial answer ("properties" with only what was set) must not hide what else is known.
Json joined(const mapping::Mapping& mapping, Json held, const Json& answer) {
  for (const mapping::FieldMapping& m : mapping.fields) {
    const std::string_view top = mapping::top_key(m.at);
    const Json* member = answer.find(top);
    if (!member) continue;
    Json whole = *member;
    if (const Json* known = held.find(top); known && known->is_object() && member->is_object()) {
      whole = *known;
      for (const auto& [key, value] : member->members()) whole = whole.with(key, value);
    }
    held = held.with(top, std::move(whole));
  }
  return held;
}

}  // namespace

void attempt_ended(Tried& tried, const Values& sent) {
  for (const auto& [field, value] : sent) {
    const auto at = tried.find(FieldName(field));
    if (at == tried.end()) continue;
    if (const auto one = std::find(at->second.begin(), at->second.end(), value); one != at->second.end())
      at->second.erase(one);
    if (at->second.empty()) tried.erase(at);
  }
}

void held_now(const mapping::Mapping& mapping, Link& link, Json held) {
  for (const mapping::FieldMapping& m : mapping.fields)
    if (m.direction == mapping::Direction::Out && mapping::read(m.at, held) != mapping::read(m.at, link.held)) {
      link.given.erase(m.field.text);
      link.left.erase(m.field.text);
    }
  link.held = std::move(held);
}

std::optional<Value> held_as_sent(const mapping::FieldMapping& m, const Link& link) {
  const std::optional<Json> holds = mapping::read(m.at, link.held);
  if (!holds) return std::nullopt;
  if (holds->is_null() || (holds->is_text() && holds->text().empty())) return Value();
  if (!m.as.in || !m.as.out) return std::nullopt;
  const Result<Json> value = m.as.in(*holds, m.context);
  if (!value) return std::nullopt;
  const Result<Json> sent = m.as.out(*value, m.context);
  if (!sent || *sent != *holds) return std::nullopt;
  return *value;
}

std::optional<Link> with_sent(const mapping::Mapping& mapping, std::optional<Link> link) {
  for (const mapping::FieldMapping& m : mapping.fields) {
    if (!link || m.direction != mapping::Direction::Out) continue;
    link->base.erase(m.field.text);
    if (std::optional<Value> held = held_as_sent(m, *link)) link->base.emplace(m.field.text, *std::move(held));
  }
  return link;
}

Link confirm(const model::Hub& hub, const Delivery& d, const std::optional<Link>& before,
             const std::optional<Record>& record, Instant now) {
  Link link = before.value_or(Link{});
  if (!before) {
    link.key = {d.system, d.object, record ? record->id : d.record};
    link.entity = d.entity;
    link.golden = d.golden;
    link.created = record ? record->created : now;
    link.tried = d.tried, link.tried_at = now;
    link.left = d.blank;
  }
  link.mapping = d.mapping;
  link.gone = false;
  link.confirmed = now;
  if (record && d.operation != Operation::Associate)
    link.updated = std::max(link.updated, record->updated), link.archived = record->archived;

  const mapping::Mapping& mapping = hub.mappings.at(d.mapping);
  const bool answered = !record || record->body.is_object();
  Values returned;
  if (record && answered) returned = mapping::read(mapping, record->body).values;
  for (const mapping::FieldMapping& m : mapping.fields)  // it names records of its own, and what was sent is known
    if (m.ref_by == "record") returned.erase(m.field.text);
  if (record) held_now(mapping, link, joined(mapping, link.held, record->body));
  for (const auto& [field, value] : d.values) {
    const auto holds = returned.find(field);
    if (!mutant(Mutant::BaseDropped))
      link.base[field] = holds != returned.end() && !mutant(Mutant::SentIsHeld) ? holds->second : value;
    if (!mutant(Mutant::GivenForgotten)) link.given[field] = value;
    link.left.erase(field);
    link.lent.erase(FieldName(field));
    if (answered) continue;
    // Any of the attempts is what landed, or may land yet: a request outlives the process that sent it.
    std::vector<Value>& sent = link.tried[FieldName(field)];
    if (std::find(sent.begin(), sent.end(), value) == sent.end()) sent.push_back(value);
  }
  if (answered) attempt_ended(link.tried, d.values);
  if (!answered) link.tried_at = now;
  if (!before)  // of a record that we have just made, the rest is known too
    for (const auto& [field, value] : returned) link.base.try_emplace(field, value);
  for (const mapping::FieldMapping& m : mapping.fields)  // it names nothing yet, which is nobody's word
    if (!before && m.ref_by == "record") link.base.try_emplace(m.field.text, Value());
  return link;
}

}  // namespace linchpin::engine
