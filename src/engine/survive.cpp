// survive: which of what the sources say is a golden field's value. Owner and rules, and what belongs together.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/blank.hpp"
#include "engine/conflict.hpp"
#include "engine/derive.hpp"
#include "engine/merge.hpp"
#include "mapping/transform.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;
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
  bool held = false;  // the record has the word still (is_held); of what belongs together: of all of it
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

// It does not hold what somebody typed that does not count: a foreign write that waits for an answer.
bool is_undisputed(const Link& link, const Field& field) {
  const auto base = link.base.find(field.name.text);
  const auto own = link.own.find(field.name);
  const bool given = link.given.contains(field.name.text);
  if (own == link.own.end())
    return given || (!link.left.contains(field.name.text) && (base == link.base.end() || base->second.is_null()));
  return base != link.base.end() && (given || same_value(field.type, base->second, own->second.value));
}

// The record has the word still, and the hub has not written over it.
bool is_held(const Link& link, const Field& field) { return has_word(link, field.name) && is_undisputed(link, field); }

std::vector<Candidate> candidates(const Hub& hub, const Golden& golden, const std::vector<Link>& links,
                                  const Field& field) {
  std::vector<Candidate> all;
  for (const Link& link : links) {
    const auto own = link.own.find(field.name);
    if (own == link.own.end()) continue;
    all.push_back({&own->second.value, own->second.at, rank_of(hub, golden.entity, link.key.system), link.created,
                   &link, nullptr, own->second.change, is_held(link, field)});
  }
  if (const auto set = golden.set.find(field.name); set != golden.set.end())
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
        return !c.link || (c.link->key.system == field.owner && !c.link->gone) || mutant(Mutant::OwnerIgnored);
      };
      if (const Candidate* owner = latest(all, owns)) return owner;
      // Its last record is gone: what that said stands until somebody writes over it elsewhere.
      const auto was_owner = [&](const Candidate& c) { return c.link->key.system == field.owner; };
      if (std::ranges::any_of(all, was_owner))
        return latest(all, [&](const Candidate& c) { return was_owner(c) || c.held; });
      return latest(all, with_value);  // nobody who owns it has spoken: what others knew fills the blank
    }
    case Rule::Recency:
    case Rule::Review:  // of a contest, and not here
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

const Candidate* of_contest(const Contest& asked, const std::vector<Candidate>& all) {
  const auto found = std::ranges::find_if(
      all, [&](const Candidate& c) { return asked.set ? c.set == asked.set : c.link == asked.stays; });
  return found == all.end() || (!asked.set && !asked.stays) ? nullptr : &*found;
}

// The owner has the record, and what it holds of the field is a blank: nothing that was said there, nor what the hub
// gave it. A blank that the hub could not fill is not its word.
bool is_left_blank(const Hub& hub, const Field& field, const std::vector<Link>& links) {
  bool blank = false;
  for (const Link& link : links) {
    if (field.rule != Rule::Owner || link.key.system != field.owner || link.left.contains(field.name.text)) continue;
    const auto mapping = hub.mappings.find(link.mapping);
    if (mapping == hub.mappings.end()) continue;
    const bool reads = std::ranges::any_of(mapping->second.fields, [&](const mapping::FieldMapping& m) {
      return m.field == field.name && m.direction != mapping::Direction::Out;
    });
    if (!reads) continue;
    if (const auto base = link.base.find(field.name.text); base != link.base.end() && !base->second.is_null())
      return false;
    blank = true;
  }
  return blank;
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
    for (const FieldName& name : group) {
      const Field& field = *entity.field(name.text);
      for (const Candidate& c : candidates(hub, golden, links, field)) {
        const void* source = c.link ? static_cast<const void*>(c.link) : static_cast<const void*>(&golden);
        const auto [at, fresh] = by_source.emplace(source, c);
        if (!fresh && at->second.at < c.at) at->second.at = c.at;
      }
    }
    std::vector<Candidate> whole;
    for (auto& [source, c] : by_source) {
      c.held = c.held && std::ranges::all_of(group, [&](const FieldName& name) {
                 return is_undisputed(*c.link, *entity.field(name.text));
               });
      whole.push_back(c);
    }
    const Candidate* winner = choose(*first, whole);
    if (!winner) continue;
    for (const FieldName& name : group) {
      const Field* field = entity.field(name.text);
      const Sourced* mine = nullptr;
      Sourced made;
      for (const Candidate& c : candidates(hub, golden, links, *field))
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

}  // namespace

bool later_wins(const Entity& entity, const Field& field) {
  const auto by_time = [](const Field* f) { return f && (f->rule == Rule::Recency || f->rule == Rule::Review); };
  const auto group = std::ranges::find_if(
      entity.together, [&](const auto& names) { return std::ranges::find(names, field.name) != names.end(); });
  return by_time(group == entity.together.end() ? &field : entity.field(group->front().text));
}

bool decides_nothing(const std::map<FieldName, Sourced>& fields, const FieldName& field) {
  const auto at = fields.find(field);
  return at != fields.end() && (at->second.rule == not_read || at->second.rule == left_blank);
}

std::map<FieldName, Sourced> survive(const Hub& hub, const Golden& golden, const std::vector<Link>& links) {
  const Entity& entity = hub.entity(golden.entity);
  std::map<FieldName, Sourced> fields;
  for (const Field& field : entity.fields) {
    if (field.from) continue;
    const std::vector<Candidate> all = candidates(hub, golden, links, field);
    const Contest asked = field.rule == Rule::Review ? contest(field, golden, links) : Contest{};
    const Candidate* winner = field.rule == Rule::Review ? of_contest(asked, all) : choose(field, all);
    if (!winner) continue;
    Sourced s = sourced(field, *winner);
    if (field.rule == Rule::Union) s.value = united(all);
    if (!asked.competing.empty()) s.rule = not_chosen;
    fields.emplace(field.name, std::move(s));
  }
  settle_together(hub, golden, links, entity, fields);
  for (const Field& field : entity.fields) {
    const auto at = fields.find(field.name);
    if (at != fields.end() && !at->second.value.is_null()) continue;
    const bool unread = !field.from && std::ranges::any_of(links, [&](const Link& l) {
      return !l.gone && l.unread.contains(field.name);
    });
    if (unread)
      fields[field.name] = Sourced{Value(), golden.created, {}, {}, {}, {}, std::string(not_read)};
    else if (field.otherwise && is_left_blank(hub, field, links))
      fields.try_emplace(field.name, Sourced{Value(), golden.created, {}, {}, {}, {}, std::string(left_blank)});
    else if (field.otherwise)
      fields[field.name] = Sourced{*field.otherwise, golden.created, {}, {}, {}, {}, "default"};
  }
  for (const auto& [name, pin] : golden.pins) fields[name] = Sourced{pin.value, pin.at, {}, {}, {}, {}, "pin"};
  derive(entity, fields);
  return fields;
}

}  // namespace linchpin::engine
