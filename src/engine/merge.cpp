#include "engine/merge.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/conflict.hpp"
#include "mapping/text.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;
using model::ForeignWrite;
using model::Hub;
using model::Rule;

// When the record's history tells that the field, or else the record, was edited.
std::optional<Instant> edited_at(const Arrival& arrival, const FieldName& field) {
  const std::map<std::string, Instant>& edited = arrival.change->record.edited;
  for (const mapping::FieldMapping& m : arrival.mapping->fields)
    if (m.field == field)
      if (const auto at = edited.find(mapping::to_text(m.at)); at != edited.end()) return at->second;
  const auto whole = edited.find("");
  return whole == edited.end() ? std::nullopt : std::optional(whole->second);
}

// Whether the record's history says that a person wrote it last.
bool typed_there(const Arrival& arrival, const FieldName& field) {
  return std::any_of(arrival.mapping->fields.begin(), arrival.mapping->fields.end(),
                     [&](const mapping::FieldMapping& m) {
                       return m.field == field && arrival.change->record.typed.contains(mapping::to_text(m.at));
                     });
}

// When an event told that the field was written.
std::optional<Instant> told_at(const Arrival& arrival, const FieldName& field) {
  for (const mapping::FieldMapping& m : arrival.mapping->fields)
    if (m.field == field)
      if (const auto at = arrival.change->property_at.find(mapping::to_text(m.at));
          at != arrival.change->property_at.end())
        return at->second;
  return std::nullopt;
}

// When somebody told that a value was written that the record did not hold at `known`: an event that is no later told
// of another.
std::optional<Instant> written_at(const Arrival& arrival, const FieldName& field, Instant known) {
  if (const auto edited = edited_at(arrival, field)) return edited;
  const auto told = told_at(arrival, field);
  return told && *told > known ? told : std::nullopt;
}

// What counts where nobody told: when the record last changed, else when we learnt of it.
Instant last_changed(const Change& change) {
  if (change.record.updated != Instant{}) return change.record.updated;
  return change.seen != Instant{} ? change.seen : change.asked;
}

// Nobody told what the system made of it: many take white space off.
bool same_as_sent(const Field& field, const Value& value, const Value& sent) {
  if (same_value(field.type, value, sent)) return true;
  return value.is_text() && sent.is_text() &&
         mapping::single_spaced(value.text()) == mapping::single_spaced(sent.text());
}

const Value* sent_before(const Field& field, const Value& value, const Link& link) {
  const auto tried = link.tried.find(field.name);
  if (tried == link.tried.end()) return nullptr;
  const auto same = std::find_if(tried->second.begin(), tried->second.end(),
                                 [&](const Value& sent) { return same_as_sent(field, value, sent); });
  return same == tried->second.end() ? nullptr : &*same;
}

const Value* due_there(const Field& field, const Value& value, const Values& due) {
  const auto at = due.find(field.name.text);
  return at != due.end() && same_as_sent(field, value, at->second) ? &at->second : nullptr;
}

// What a record that is new to us holds since another of that system was merged into it, and was given it by us.
const Value* inherited(const Field& field, const Value& value, const Link& link, const std::vector<Link>& links) {
  for (const Link& other : links) {
    if (other.key.system != link.key.system) continue;
    const auto given = other.given.find(field.name.text);
    if (given != other.given.end() && same_as_sent(field, value, given->second)) return &given->second;
    if (const Value* sent = sent_before(field, value, other)) return sent;
  }
  return nullptr;
}

// It is blank there because the hub could not write it, which is not the owner's word.
bool left_blank(const Link& owner, const Field& field) {
  const auto base = owner.base.find(field.name.text);
  return owner.left.contains(field.name.text) && (base == owner.base.end() || base->second.is_null());
}

// The value that its writer had before them and is not their own: of several edits in a row, that of the first.
Value written_over(const Field& field, const Value& base, const Link& before) {
  const auto own = before.own.find(field.name);
  const bool goes_on =
      own != before.own.end() && has_word(before, field.name) && same_value(field.type, base, own->second.value);
  return goes_on && own->second.was ? *own->second.was : base;
}

// What becomes of a write that is to be ruled on; those that are put back are counted.
Foreign ruled(const Field& field, ForeignWrite ruling, const Value& value, const Link& before, Link& link,
              Instant now) {
  if (ruling != ForeignWrite::Restore) return {field.name, ruling, value};
  if (before.left.contains(field.name.text)) return {field.name, ForeignWrite::Review, value, true};  // is being asked
  std::vector<Instant>& times = link.put_back[field.name];
  std::erase_if(times, [&](Instant at) { return at + put_back_within <= now; });
  if (times.size() >= put_back_most) return {field.name, ForeignWrite::Review, value, true};
  times.push_back(now);
  return {field.name, ForeignWrite::Restore, value};
}

// The field's owner has a record, and has not left it blank for want of a value of ours.
bool has_owner(const std::vector<Link>& links, const Field& field) {
  return std::ranges::any_of(
      links, [&](const Link& l) { return l.key.system == field.owner && !l.gone && !left_blank(l, field); });
}

// Who writes one part of what belongs together, when the owner has no record any more, has the other before their eyes:
// what was typed there against the owner, and waits for an answer, is their word with it.
void count_what_stood_beside(const Entity& entity, const std::vector<Link>& links, Merged& merged,
                             const Arrival& arrival) {
  Link& link = merged.link;
  for (const std::vector<FieldName>& group : entity.together)
    for (const FieldName& written : group) {
      const auto own = link.own.find(written);
      if (own == link.own.end() || own->second.change != arrival.change->id) continue;
      const Instant at = own->second.at;
      for (const FieldName& name : group) {
        const Field& field = *entity.field(name.text);
        const auto base = link.base.find(name.text);
        if (field.rule != Rule::Owner || field.owner == link.key.system || has_owner(links, field) ||
            base == link.base.end() || link.given.contains(name.text) || link.left.erase(name.text) == 0)
          continue;
        link.own[name] = Own{base->second, at, arrival.change->id};
      }
      break;
    }
}

}  // namespace

Merged merge(const Hub& hub, const Golden& before, const std::vector<Link>& links, const Link& link,
             const Arrival& arrival) {
  const Entity& entity = hub.entity(before.entity);
  const bool fresh = link.base.empty() && link.own.empty();
  const bool owner_linked_to = !links.empty() && !mutant(Mutant::ForeignTaken);
  Merged merged{before, link, {}, {}, {}, {}, {}};
  Link& after = merged.link;
  for (const auto& [name, value] : arrival.values) {
    const Field* field = entity.field(name);
    if (!field || field->from) {  // derived here: what a system shows of it is only its base
      after.base[name] = value;
      continue;
    }
    const auto base = link.base.find(name);
    if (base != link.base.end() && same_value(field->type, value, base->second) && !mutant(Mutant::EchoForgotten)) {
      // Its event came after the read that showed it: that knew of an earlier one only, or of none.
      const auto own = after.own.find(field->name);
      const auto told = told_at(arrival, field->name);
      if (own != after.own.end() && told && !link.given.contains(name) && *told > own->second.at &&
          same_value(field->type, value, own->second.value))
        own->second.at = *told;
      continue;
    }
    merged.took.push_back(field->name);
    after.base[name] = value;
    after.given.erase(name);
    after.overruled.erase(field->name);
    if (base != link.base.end() || !value.is_null()) after.left.erase(name);  // it was blank, and is
    const bool lent = after.lent.erase(field->name) > 0;
    const bool blank_is_nothing = value.is_null() && arrival.mapping->null == mapping::NullRule::Ignore;
    if (blank_is_nothing) continue;
    const auto golden = before.fields.find(field->name);
    if ((!fresh || arrival.ours) && golden != before.fields.end() &&
        same_value(field->type, value, golden->second.value)) {
      after.given[name] = golden->second.value;  // it says what we say: an echo, or agreement
      continue;
    }
    const Value* sent = sent_before(*field, value, link);
    if (!sent && fresh) sent = inherited(*field, value, link, links);
    if (!sent) sent = due_there(*field, value, arrival.due);
    if (sent && !typed_there(arrival, field->name)) {
      if (!fresh) merged.doubted.push_back(field->name);
      after.given[name] = *sent;  // an echo of what was sent and not confirmed: nobody else wrote it
      if (lent) after.lent.insert(field->name);
      continue;
    }
    const bool owns = field->rule != Rule::Owner || field->owner == link.key.system;
    if (!fresh && !owns && owner_linked_to) {
      if (has_owner(links, *field)) {
        const bool pinned = before.pins.contains(field->name);
        merged.foreign.push_back(ruled(*field, pinned ? ForeignWrite::Restore : field->on_foreign_write, value, link,
                                       after, arrival.change->asked));
        if (merged.foreign.back().ruling != ForeignWrite::Restore)
          after.left[name] = golden != before.fields.end() ? golden->second.value : Value();
        continue;
      }
    }
    const auto written = written_at(arrival, field->name, link.updated);
    if (!written && later_wins(entity, *field)) merged.untold.push_back(field->name);
    const Instant at =
        mutant(Mutant::TimeOfArrival) ? arrival.change->asked : written.value_or(last_changed(*arrival.change));
    Own own{value, at, arrival.change->id};
    if (field->rule == Rule::Review && base != link.base.end()) {
      own.was = written_over(*field, base->second, link);
      // What a person had set is seen here, and replaced.
      if (const auto set = before.set.find(field->name);
          set != before.set.end() && same_value(field->type, base->second, set->second.value))
        merged.golden.set.erase(field->name);
    }
    after.own[field->name] = std::move(own);
    // A person has said otherwise: it is kept, and put back.
    if (const auto pin = before.pins.find(field->name); pin != before.pins.end() && !fresh) {
      merged.foreign.push_back(ruled(*field, ForeignWrite::Restore, value, link, after, arrival.change->asked));
      if (merged.foreign.back().ruling != ForeignWrite::Restore) after.left[name] = pin->second.value;
    }
  }

  std::vector<Link> now;
  count_what_stood_beside(entity, links, merged, arrival);
  bool replaced = false;
  for (const Link& l : links) {
    const bool same = l.key == after.key;
    now.push_back(same ? after : l);
    replaced = replaced || same;
  }
  if (!replaced) now.push_back(after);
  merged.golden.fields = survive(hub, merged.golden, now);
  for (const Field& field : entity.fields) {
    const auto was = before.fields.find(field.name);
    const auto is = merged.golden.fields.find(field.name);
    const Value none;
    const Value& old_value = was == before.fields.end() ? none : was->second.value;
    const Value& new_value = is == merged.golden.fields.end() ? none : is->second.value;
    if (!same_value(field.type, old_value, new_value)) merged.changed.push_back(field.name);
  }
  if (!merged.changed.empty()) ++merged.golden.version;
  return merged;
}

}  // namespace linchpin::engine
