#include "engine/merge.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "mapping/text.hpp"
#include "mapping/transform.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;
using model::ForeignWrite;
using model::Hub;
using model::Rule;

// A value that may win a field, and where it is from.
struct Candidate {
  const Value* value = nullptr;
  Instant at{};
  std::size_t rank = 0;  // the system's place in the flow: the order that breaks ties
  Instant created{};
  const Link* link = nullptr;  // nullptr: set by a flow or a person
  const Sourced* set = nullptr;
  ChangeId change;
};

// The same order for everyone: the later time, then the earlier system, then the record's id. Never the order of
// arrival.
bool later(const Candidate& a, const Candidate& b) {
  if (a.at != b.at) return (a.at > b.at) != mutant(Mutant::RecencyReversed);
  if (mutant(Mutant::TieByArrival)) return a.change < b.change;
  if (a.rank != b.rank) return a.rank < b.rank;
  const std::string& left = a.link ? a.link->key.record.text : std::string();
  const std::string& right = b.link ? b.link->key.record.text : std::string();
  return left < right;
}

std::size_t rank_of(const Hub& hub, const EntityName& entity, const SystemName& system) {
  std::size_t rank = 0;
  for (const model::Flow* flow : hub.flows_of(entity))
    for (const model::FlowSystem& member : flow->systems) {
      if (member.system == system) return rank;
      ++rank;
    }
  return rank;
}

std::vector<Candidate> candidates(const Hub& hub, const Golden& golden, const std::vector<Link>& links,
                                  const FieldName& field) {
  std::vector<Candidate> all;
  for (const Link& link : links) {
    const auto own = link.own.find(field);
    if (own == link.own.end()) continue;
    all.push_back({&own->second.value, own->second.at, rank_of(hub, golden.entity, link.key.system), link.created,
                   &link, nullptr, own->second.change});
  }
  if (const auto set = golden.set.find(field); set != golden.set.end())
    all.push_back({&set->second.value, set->second.at, 0, {}, nullptr, &set->second, set->second.change});
  return all;
}

const Candidate* latest(const std::vector<Candidate>& all, auto&& among) {
  const Candidate* best = nullptr;
  for (const Candidate& c : all)
    if (among(c) && (!best || later(c, *best))) best = &c;
  return best;
}

const Candidate* choose(const Field& field, const std::vector<Candidate>& all) {
  const auto any = [](const Candidate&) { return true; };
  const auto with_value = [](const Candidate& c) { return !c.value->is_null(); };
  switch (field.rule) {
    case Rule::Owner: {
      const auto owns = [&](const Candidate& c) {
        return !c.link || c.link->key.system == field.owner || mutant(Mutant::OwnerIgnored);
      };
      if (const Candidate* owner = latest(all, owns)) return owner;
      return latest(all, with_value);  // nobody who owns it has spoken: what others knew fills the blank
    }
    case Rule::Recency:
    case Rule::Review:
      return latest(all, any);
    case Rule::Priority:
      for (const SystemName& system : field.priority)
        if (const Candidate* c = latest(
                all, [&](const Candidate& k) { return with_value(k) && (!k.link || k.link->key.system == system); }))
          return c;
      return latest(all, any);
    case Rule::Oldest: {
      const Candidate* best = nullptr;
      for (const Candidate& c : all) {
        if (!with_value(c)) continue;
        if (!best || c.created < best->created || (c.created == best->created && later(*best, c))) best = &c;
      }
      return best ? best : latest(all, any);
    }
    case Rule::Strictest: {
      // One 'no' anywhere is a no.
      if (const Candidate* no =
              latest(all, [](const Candidate& c) { return c.value->is_boolean() && !c.value->boolean(); }))
        return no;
      return latest(all, with_value) ? latest(all, with_value) : latest(all, any);
    }
    case Rule::Union:
      return latest(all, with_value);
  }
  return nullptr;
}

// Every item that any source holds, once, in canonical order.
Value united(const std::vector<Candidate>& all) {
  std::vector<std::pair<std::string, Json>> items;
  for (const Candidate& c : all)
    for (const Json& item : c.value->items()) items.emplace_back(canonical(item), item);
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  items.erase(std::unique(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
              items.end());
  Json::List list;
  for (auto& [text, item] : items) list.push_back(std::move(item));
  return list.empty() ? Value() : Value(std::move(list));
}

std::string rule_text(const Field& field, const Candidate& c) {
  if (c.set) return c.set->rule;
  switch (field.rule) {
    case Rule::Owner:
      return c.link->key.system == field.owner ? "owner" : "owner is blank";
    case Rule::Recency:
      return "recency";
    case Rule::Priority:
      return "priority";
    case Rule::Oldest:
      return "oldest";
    case Rule::Union:
      return "union";
    case Rule::Strictest:
      return "strictest";
    case Rule::Review:
      return "review";
  }
  return "";
}

Sourced sourced(const Field& field, const Candidate& c) {
  if (c.set) return *c.set;
  return {*c.value, c.at, c.link->key.system, c.link->key.record, c.change, c.link->mapping, rule_text(field, c)};
}

// Fields that belong together come from one source: the one whose latest of them is latest by the first field's rule.
void settle_together(const Hub& hub, const Golden& golden, const std::vector<Link>& links, const Entity& entity,
                     std::map<FieldName, Sourced>& fields) {
  for (const std::vector<FieldName>& group : entity.together) {
    const Field* first = entity.field(group.front().text);
    if (!first) continue;
    std::map<const void*, Candidate> by_source;
    for (const FieldName& name : group)
      for (const Candidate& c : candidates(hub, golden, links, name)) {
        const void* source = c.link ? static_cast<const void*>(c.link) : static_cast<const void*>(&golden);
        const auto [at, fresh] = by_source.emplace(source, c);
        if (!fresh && at->second.at < c.at) at->second.at = c.at;
      }
    std::vector<Candidate> whole;
    for (const auto& [source, c] : by_source) whole.push_back(c);
    const Candidate* winner = choose(*first, whole);
    if (!winner) continue;
    for (const FieldName& name : group) {
      const Field* field = entity.field(name.text);
      const Sourced* mine = nullptr;
      Sourced made;
      for (const Candidate& c : candidates(hub, golden, links, name))
        if (c.link == winner->link) made = sourced(*field, c), mine = &made;
      if (!winner->link) {
        if (mine) fields[name] = *mine;
        continue;
      }
      // What was lent to its record is nobody's word: the part is chosen by itself.
      if (winner->link->lent.contains(name)) continue;
      // What its record holds now is its word: of a part that it was given later, that is what it was given; of one
      // that did not count as its own when it was written there, that is what stands there.
      const auto given = winner->link->given.find(name.text), base = winner->link->base.find(name.text);
      const auto survivor = fields.find(name);
      if (given != winner->link->given.end()) {
        if (survivor != fields.end() && same_value(field->type, survivor->second.value, given->second)) continue;
        Candidate as_given = *winner;
        as_given.value = &given->second;
        fields[name] = sourced(*field, as_given);
      } else if (mine) {
        fields[name] = *mine;
      } else if (base != winner->link->base.end() && !base->second.is_null()) {
        Candidate as_held = *winner;
        as_held.value = &base->second;
        fields[name] = sourced(*field, as_held);
      } else {
        fields.erase(name);
      }
    }
  }
}

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

}  // namespace

bool later_wins(const Entity& entity, const Field& field) {
  const auto by_time = [](const Field* f) { return f && (f->rule == Rule::Recency || f->rule == Rule::Review); };
  const auto group = std::ranges::find_if(
      entity.together, [&](const auto& names) { return std::ranges::find(names, field.name) != names.end(); });
  return by_time(group == entity.together.end() ? &field : entity.field(group->front().text));
}

std::map<FieldName, Sourced> survive(const Hub& hub, const Golden& golden, const std::vector<Link>& links) {
  const Entity& entity = hub.entity(golden.entity);
  std::map<FieldName, Sourced> fields;
  for (const Field& field : entity.fields) {
    if (field.from) continue;
    const std::vector<Candidate> all = candidates(hub, golden, links, field.name);
    const Candidate* winner = choose(field, all);
    if (!winner) continue;
    Sourced s = sourced(field, *winner);
    if (field.rule == Rule::Union) s.value = united(all);
    fields.emplace(field.name, std::move(s));
  }
  settle_together(hub, golden, links, entity, fields);
  for (const Field& field : entity.fields) {
    const auto at = fields.find(field.name);
    if (field.otherwise && (at == fields.end() || at->second.value.is_null()))
      fields[field.name] = Sourced{*field.otherwise, golden.created, {}, {}, {}, {}, "default"};
  }
  for (const auto& [name, pin] : golden.pins) fields[name] = Sourced{pin.value, pin.at, {}, {}, {}, {}, "pin"};
  for (const Field& field : entity.fields) {
    if (!field.from) continue;
    Values parts;
    Sourced derived{{}, {}, {}, {}, {}, {}, "derived"};
    for (const auto& [name, s] : fields) {
      parts.emplace(name.text, s.value);
      if (field.from->find("{" + name.text + "}") != std::string::npos && s.at >= derived.at) {
        derived.at = s.at;
        derived.system = s.system, derived.record = s.record, derived.change = s.change;
      }
    }
    if (Result<Value> filled = mapping::fill_template(*field.from, parts)) {
      derived.value = *filled;
      fields[field.name] = std::move(derived);
    }
  }
  return fields;
}

namespace {

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
    if (sent && !typed_there(arrival, field->name)) {
      if (!fresh) merged.doubted.push_back(field->name);
      after.given[name] = *sent;  // an echo of what was sent and not confirmed: nobody else wrote it
      if (lent) after.lent.insert(field->name);
      continue;
    }
    const bool owns = field->rule != Rule::Owner || field->owner == link.key.system;
    if (!fresh && !owns && owner_linked_to) {
      const bool owner_here = std::any_of(links.begin(), links.end(), [&](const Link& l) {
        return l.key.system == field->owner && !l.gone && !left_blank(l, *field);
      });
      if (owner_here) {
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
    after.own[field->name] = Own{value, at, arrival.change->id};
    // A person has said otherwise: it is kept, and put back.
    if (const auto pin = before.pins.find(field->name); pin != before.pins.end() && !fresh) {
      merged.foreign.push_back(ruled(*field, ForeignWrite::Restore, value, link, after, arrival.change->asked));
      if (merged.foreign.back().ruling != ForeignWrite::Restore) after.left[name] = pin->second.value;
    }
  }

  std::vector<Link> now;
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
