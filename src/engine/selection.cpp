#include "engine/selection.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/delivery.hpp"
#include "engine/merge.hpp"
#include "engine/revert.hpp"

namespace linchpin::engine {

using model::Entity;
using model::Field;

const Value& value_of(const std::optional<Sourced>& s) {
  static const Value none;
  return s ? s->value : none;
}

std::vector<FieldName> parts_of(const Entity& entity, const FieldName& name) {
  const Field* field = entity.field(name.text);
  if (!field) return {};
  if (!field->from) return {name};
  std::vector<FieldName> parts;
  for (const std::string& part : field->from->reads())
    for (FieldName& one : parts_of(entity, FieldName(part)))
      if (std::ranges::find(parts, one) == parts.end()) parts.push_back(std::move(one));
  return parts;
}

Unit unit_of(const Entity& entity, const FieldName& field) {
  for (const Unit& together : entity.together)
    if (std::ranges::find(together, field) != together.end()) return together;
  return {field};
}

Selection::Selection(const Entity& entity, const std::vector<Past>& past, const Store::PastAsked& asked)
    : entity_(entity), past_(past), asked_(asked) {
  for (const Past& p : past)
    for (const Turn& t : p.turns) {
      if (p.id > asked.up_to) continue;
      const bool written = t.kind == Turn::Kind::Written;
      if (of_selection(p) && (written || (!asked.change.empty() && t.kind < Turn::Kind::Written))) add({&p, &t});
    }
}

std::vector<Seen> Selection::of(Turn::Kind kind, const FieldName& field) const {
  std::vector<Seen> found;
  for (const Past& p : past_)
    for (const Turn& t : p.turns)
      if (t.kind == kind && t.field == field && holds(p, field)) found.push_back({&p, &t});
  if (mutant(Mutant::TakesBackTooLittle) && found.size() > 1) found.erase(found.begin(), found.end() - 1);
  return found;
}

bool Selection::is_last(const FieldName& field) const {
  for (auto p = past_.rbegin(); p != past_.rend(); ++p)
    for (const Turn& t : p->turns)
      if (t.kind == Turn::Kind::Golden && t.field == field) return holds(*p, field);
  return true;
}

bool Selection::was_put_back(const RecordKey& record, const FieldName& field) const {
  for (auto p = past_.rbegin(); p != past_.rend(); ++p)
    for (const Turn& t : p->turns)
      if (t.kind == Turn::Kind::Own && t.field == field && t.record == record)
        return is_revert(p->change) && !holds(*p, field);
  return false;
}

std::vector<Seen> Selection::writes(const FieldName& field) const {
  std::vector<Seen> found;
  for (const Past& p : past_)
    for (const Turn& t : p.turns)
      if (t.kind == Turn::Kind::Written && t.field == field && p.id <= asked_.up_to && of_selection(p))
        found.push_back({&p, &t});
  return found;
}

std::vector<Seen> Selection::written_by_files(const FieldName& field, bool is_back) const {
  std::vector<Seen> found = writes(field);
  if (is_back && is_apply(asked_.change)) return found;
  std::erase_if(found, [&](const Seen& seen) { return turned_before(seen) != nullptr || parts_turned_before(seen); });
  return found;
}

bool Selection::of_selection(const Past& p) const {
  return asked_.change.empty() ? p.at >= asked_.since : p.change == asked_.change;
}

void Selection::add(const Seen& seen) {
  for (const FieldName& field : parts_of(entity_, seen.turn->field)) {
    const Past* made = turned_before(seen);
    for (const FieldName& with : asked_.change.empty() ? unit_of(entity_, field) : Unit{field}) {
      fields_.insert(with);
      Span& span = spans_[with];
      span.changes.insert(seen.past->change);
      span.last = std::max(span.last, made ? made->id : seen.past->id);
    }
  }
}

const Past* Selection::turned_before(const Seen& write) const {
  const Field* field = entity_.field(write.turn->field.text);
  const Past* made = nullptr;
  for (const Past& p : past_) {
    if (p.id >= write.past->id) break;
    for (const Turn& t : p.turns)
      if (t.kind == Turn::Kind::Golden && t.field == write.turn->field && field &&
          same_value(field->type, value_of(t.after), value_of(write.turn->after)) &&
          (!is_apply(write.past->change) || p.change == write.past->change))
        made = &p;
  }
  return made;
}

bool Selection::parts_turned_before(const Seen& write) const {
  const Field* field = entity_.field(write.turn->field.text);
  if (!field || !field->from) return false;
  const std::vector<FieldName> parts = parts_of(entity_, field->name);
  return std::ranges::any_of(past_, [&](const Past& p) {
    return p.id < write.past->id && (!is_apply(write.past->change) || p.change == write.past->change) &&
           std::ranges::any_of(
               p.turns,
               [&](const Turn& t) {
                 return t.kind == Turn::Kind::Golden && std::ranges::find(parts, t.field) != parts.end();
               });
  });
}

bool Selection::holds(const Past& p, const FieldName& field) const {
  if (p.id > asked_.up_to) return false;
  if (!asked_.change.empty()) return p.change == asked_.change;
  const auto span = spans_.find(field);
  if (span == spans_.end()) return false;
  return span->second.changes.contains(p.change) || (p.at >= asked_.since && p.id <= span->second.last);
}

}  // namespace linchpin::engine
