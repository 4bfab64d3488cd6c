#include "engine/confirm.hpp"

#include <algorithm>

#include "base/mutant.hpp"
namespace linchpin::engine {

Link confirm(const model::Hub& hub, const Delivery& d, const std::optional<Link>& before,
             const std::optional<Record>& record, Instant now) {
  Link link = before.value_or(Link{});
  if (!before) {
    link.key = {d.system, d.object, record ? record->id : d.record};
    link.entity = d.entity;
    link.golden = d.golden;
    link.created = record ? record->created : now;
  }
  link.mapping = d.mapping;
  link.gone = false;
  link.confirmed = now;
  if (record) link.updated = std::max(link.updated, record->updated), link.archived = record->archived;

  const mapping::Mapping& mapping = hub.mappings.at(d.mapping);
  const bool answered = !record || record->body.is_object();
  Values returned;
  if (record && answered) returned = mapping::read(mapping, record->body).values;
  for (const auto& [field, value] : d.values) {
    const auto holds = returned.find(field);
    if (!mutant(Mutant::BaseDropped))
      link.base[field] = holds != returned.end() && !mutant(Mutant::SentIsHeld) ? holds->second : value;
    if (!mutant(Mutant::GivenForgotten)) link.given[field] = value;
    link.left.erase(field);
    link.tried.erase(FieldName(field));
    if (!answered) link.tried[FieldName(field)] = {value};
  }
  if (!answered) link.tried_at = now;
  if (!before)  // of a record that we have just made, the rest is known too
    for (const auto& [field, value] : returned) link.base.try_emplace(field, value);
  if (record)
    for (const mapping::FieldMapping& m : mapping.fields) {
      const std::string_view top = mapping::top_key(m.at);
      if (const Json* member = record->body.find(top)) {
        // A partial answer ("properties" with only what was set) must not hide what else is known.
        Json joined = *member;
        if (const Json* known = link.held.find(top); known && known->is_object() && member->is_object()) {
          joined = *known;
          for (const auto& [key, value] : member->members()) joined = joined.with(key, value);
        }
        link.held = link.held.with(top, std::move(joined));
      }
    }
  return link;
}

}  // namespace linchpin::engine
