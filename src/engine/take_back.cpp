#include "engine/take_back.hpp"

#include <algorithm>
#include <tuple>

#include "base/mutant.hpp"
#include "engine/confirm.hpp"
#include "engine/merge.hpp"
#include "engine/selection.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;
using model::Field;
const Value& value_in(const std::map<FieldName, Sourced>& fields, const FieldName& field) {
  static const Value none;
  const auto at = fields.find(field);
  return at == fields.end() ? none : at->second.value;
}

std::string by_whom(const Golden& golden, const FieldName& field) {
  const auto at = golden.fields.find(field);
  if (at == golden.fields.end()) return "";
  const Sourced& s = at->second;
  const std::string who = s.system.empty() ? s.rule : s.system.text + ":" + s.record.text;
  return who.empty() ? "" : ", by " + who + " at " + rfc3339(s.at);
}

// Of one field: what was said, first and last, by each who said it.
struct Said {
  const Turn* first = nullptr;
  const Turn* last = nullptr;
};
std::map<RecordKey, Said> said(const Selection& selection, Turn::Kind kind, const FieldName& field) {
  std::map<RecordKey, Said> all;
  for (const Seen& seen : selection.of(kind, field)) {
    Said& one = all[seen.turn->record];
    if (!one.first) one.first = seen.turn;
    one.last = seen.turn;
  }
  return all;
}

bool says(const Link& link, const FieldName& field, const std::optional<Sourced>& what) {
  const auto own = link.own.find(field);
  if (own == link.own.end() || !what) return own == link.own.end() && !what;
  return own->second.value == what->value && own->second.change == what->change;
}

// Whether it is still what the turn left.
bool is_still(const Link& link, const Turn& turn) { return says(link, turn.field, turn.after); }
bool is_still(const Golden& golden, const Turn& turn) {
  const auto set = golden.set.find(turn.field);
  return set == golden.set.end() ? !turn.after : turn.after && set->second == *turn.after;
}

// Whether the golden field is still what the last turn left: nobody has changed it since, or that was taken back.
bool is_as_left(const Golden& golden, const Field& field, const Turn& turn) {
  const auto at = golden.fields.find(field.name);
  return at != golden.fields.end() && turn.after && !turn.after->change.empty() &&
         at->second.change == turn.after->change && same_value(field.type, at->second.value, turn.after->value);
}

// Why a field cannot be taken back; "" when nothing speaks against it yet.
std::string against(const Entity& entity, const Family& family, const Selection& selection, const FieldName& field) {
  if (mutant(Mutant::TakesBackLaterEdits)) return "";
  if (const auto pin = family.golden.pins.find(field); pin != family.golden.pins.end())
    return "it is pinned by " + pin->second.by + "; `linchpin pin --remove` ends that";
  const std::vector<Seen> turns = selection.of(Turn::Kind::Golden, field);
  const Field* declared = entity.field(field.text);
  if (!turns.empty() && !selection.is_last(field) && declared &&
      !is_as_left(family.golden, *declared, *turns.back().turn))
    return "it was changed since" + by_whom(family.golden, field);
  for (const auto& [record, said] : said(selection, Turn::Kind::Own, field))
    for (const Link& link : family.links)
      if (link.key == record && link.entity == family.golden.entity && !is_still(link, *said.last) &&
          !selection.was_put_back(record, field)) {
        const auto own = link.own.find(field);
        return "another value was written since, in " + record.system.text + ":" + record.record.text +
               (own == link.own.end() ? "" : " at " + rfc3339(own->second.at));
      }
  for (const auto& [record, said] : said(selection, Turn::Kind::Set, field))
    if (!is_still(family.golden, *said.last))
      return "it was set to another value since" + by_whom(family.golden, field);
  return "";
}

// It says that again, whatever it was given since; but for what it said already while it was given `was`.
void say_again(Link& link, const FieldName& field, const std::optional<Sourced>& before, const Value& was) {
  const auto given = link.given.find(field.text);
  if (says(link, field, before) && given != link.given.end() && given->second == was) return;
  link.own.erase(field);
  if (!before) return;
  link.own.emplace(field, Own{before->value, before->at, before->change});
  link.given.erase(field.text);
}

// What the golden field was before the first turn of the selection; of one that none turned, what it is.
const Value& wanted(const Family& family, const Selection& selection, const FieldName& field) {
  const std::vector<Seen> turns = selection.of(Turn::Kind::Golden, field);
  return turns.empty() ? value_in(family.golden.fields, field) : value_of(turns.front().turn->before);
}

// Each who said something says what they had said before. Of what belongs together, what a record was given or holds
// counts as its word where it wins: what is about to be written over there is nobody's.
void unsay(const Family& family, const Selection& selection, const Unit& unit, TakenBack& taken) {
  for (const FieldName& field : unit) {
    const auto lend = [&](Link& link) {
      if (unit.size() > 1) link.lent.insert(field);
    };
    for (const auto& [record, said] : said(selection, Turn::Kind::Own, field))
      for (Link& link : taken.links)
        if (link.key == record && link.entity == family.golden.entity) {
          say_again(link, field, said.first->before, wanted(family, selection, field));
          if (!said.first->before) lend(link);
        }
    for (const Seen& write : selection.writes(field))
      for (Link& link : taken.links)
        if (const auto given = link.given.find(field.text);
            link.key == write.turn->record && given != link.given.end() &&
            given->second == value_of(write.turn->after) && given->second != wanted(family, selection, field))
          lend(link);
    for (const auto& [nobody, said] : said(selection, Turn::Kind::Set, field)) {
      taken.golden.set.erase(field);
      if (said.first->before) taken.golden.set.emplace(field, *said.first->before);
    }
  }
}

// Who wrote one part of what belongs together had the others before their eyes, and wins them too: where what their
// record shows of one is only what it was given since, or what they had said of it before that, it is what stood there
// then. Whether any record has another word by that.
bool stood_beside(const Entity& entity, const Family& family, const Selection& selection, const Unit& unit,
                  const Golden& golden, std::vector<Link>& links) {
  bool any = false;
  for (const FieldName& name : unit) {
    const Field* field = entity.field(name.text);
    const auto is = golden.fields.find(name);
    const Value& was = wanted(family, selection, name);
    if (unit.size() == 1 || !field || is == golden.fields.end() || same_value(field->type, is->second.value, was))
      continue;
    const Sourced& by = is->second;
    for (Link& link : links) {
      if (link.key.system != by.system || link.key.record != by.record || link.entity != entity.name) continue;
      const bool given = std::ranges::any_of(family.links, [&](const Link& l) {
        return l.key == link.key && l.entity == link.entity && l.given.contains(name.text);
      });
      const bool own_word =
          link.own.contains(name) && !given && !said(selection, Turn::Kind::Own, name).contains(link.key);
      if (own_word) continue;
      say_again(link, name, Sourced{was, by.at, {}, {}, by.change, {}, {}}, was);
      any = true;
    }
  }
  return any;
}

bool says_something(const Selection& selection, const FieldName& field) {
  return !selection.of(Turn::Kind::Own, field).empty() || !selection.of(Turn::Kind::Set, field).empty();
}

// Whether somebody would say something else than they do now.
bool unsays(const Family& family, const Selection& selection, const FieldName& field) {
  for (const auto& [record, said] : said(selection, Turn::Kind::Own, field))
    for (const Link& link : family.links) {
      if (link.key != record || link.entity != family.golden.entity) continue;
      if (!says(link, field, said.first->before)) return true;
    }
  for (const auto& [nobody, said] : said(selection, Turn::Kind::Set, field)) {
    const auto set = family.golden.set.find(field);
    if (set == family.golden.set.end() ? said.first->before.has_value()
                                       : !said.first->before || set->second != *said.first->before)
      return true;
  }
  return false;
}

// Why the field would still not be what it was.
std::string says_otherwise(const Selection& selection, const Golden& would, const FieldName& field) {
  if (!says_something(selection, field)) {
    const auto at = would.fields.find(field);
    return "the hub's files say so" + (at == would.fields.end() ? "" : ", by " + at->second.rule) +
           "; apply the earlier files first";
  }
  return "it would be another value than before: that of another source" + by_whom(would, field);
}

// The flow through which a system is written to; `live`: it would write to it by itself.
const model::Flow* flow_to(const model::Hub& hub, const Golden& golden, const SystemName& system, bool& live) {
  const model::Flow* found = nullptr;
  live = false;
  for (const model::Flow* flow : hub.flows_of(golden.entity))
    for (const model::FlowSystem& member : flow->systems) {
      if (member.system != system) continue;
      if (!found) found = flow;
      live = live || (member.write != model::Pace::No && may_leave(*flow, golden));
    }
  return found;
}

// Whether the field is taken back, or one that it is made of.
bool goes_back(const Entity& entity, const TakenBack& taken, const FieldName& field) {
  return std::ranges::any_of(parts_of(entity, field), [&](const FieldName& part) {
    return std::ranges::find(taken.fields, part) != taken.fields.end();
  });
}

// What the hub's files had written is given back, unless those that run say it still, or somebody has been there since.
void give_back(const model::Hub& hub, const Family& family, const Selection& selection, const Field& field,
               bool is_back, TakenBack& taken) {
  std::map<RecordKey, Said> records;
  for (const Seen& seen : selection.written_by_files(field.name, is_back)) {
    Said& one = records[seen.turn->record];
    if (!one.first) one.first = seen.turn;
    one.last = seen.turn;
  }
  for (const auto& [record, write] : records) {
    const auto stays = [&](const char* why) { taken.stays.push_back({field.name, record, why}); };
    const Link* link = nullptr;
    for (const Link& l : family.links)
      if (l.key == record && l.entity == family.golden.entity) link = &l;
    if (!link || link->gone) {
      stays("the record is gone there");
      continue;
    }
    const mapping::Mapping* mapping = hub.mapping_for(family.golden.entity, record.system);
    const Link there = mapping ? *with_sent(*mapping, *link) : *link;
    const auto holds = [&](const Values& values, const Value& value) {
      const auto at = values.find(field.name.text);
      return at != values.end() && same_value(field.type, at->second, value);
    };
    const Value& before = value_of(write.first->before);
    if (holds(there.base, before)) continue;
    const bool sends = mapping && std::ranges::any_of(mapping->fields, [&](const mapping::FieldMapping& m) {
                         return m.field == field.name && m.direction != mapping::Direction::In;
                       });
    const bool names = mapping && std::ranges::any_of(mapping->fields, [&](const mapping::FieldMapping& m) {
                         return m.field == field.name && m.ref_by == "record";
                       });
    bool live = false;
    const model::Flow* flow = flow_to(hub, family.golden, record.system, live);
    if (!holds(there.given, value_of(write.last->after)) && !holds(there.base, value_of(write.last->after)))
      stays("something else was written there since");
    else if (!write.first->before)
      stays("what it held before is not known");
    else if (!sends || !flow || !may_hold(hub.system(record.system), family.golden.entity, field))
      stays("the files that run do not send it there; give it back by hand");
    else if (names)
      stays("it names another record there; give it back by hand");
    else if (live && !same_value(field.type, value_in(family.golden.fields, field.name), before))
      stays("the hub's files have it written there; apply the earlier files first");
    else
      taken.given.push_back({record, mapping->name, flow->name, field.name, before});
  }
}

// A foreign write that waits for its answer goes on waiting.
void leave(const model::Hub& hub, const Family& before, TakenBack& taken, const FieldName& name) {
  const Field& field = *hub.entity(taken.golden.entity).field(name.text);
  const Value& is = value_in(taken.golden.fields, name);
  for (Link& link : taken.links) {
    const auto left = link.left.find(name.text);
    if (left == link.left.end()) continue;
    if (!same_value(field.type, left->second, value_in(before.golden.fields, name))) continue;
    const auto base = link.base.find(name.text);
    if (base != link.base.end() && same_value(field.type, base->second, is)) {
      link.left.erase(left);
      continue;
    }
    left->second = is;
    taken.stays.push_back({name, link.key, "it holds something else, which waits for a review or is left alone"});
  }
}

}  // namespace

TakenBack take_back(const model::Hub& hub, const Family& family, const std::vector<Past>& past,
                    const Store::PastAsked& asked) {
  const Entity& entity = hub.entity(family.golden.entity);
  const Selection selection(entity, past, asked);
  TakenBack taken;
  taken.golden = family.golden, taken.links = family.links;
  std::set<Unit> units;
  const auto differs = [&](const FieldName& field) {
    const Field* declared = entity.field(field.text);
    return declared &&
           !same_value(declared->type, wanted(family, selection, field), value_in(family.golden.fields, field));
  };
  const auto moves = [&](const FieldName& field) {
    return selection.fields().contains(field) && (differs(field) || unsays(family, selection, field));
  };
  const auto refuse = [&](const Unit& unit, const FieldName& at, const std::string& why) {
    for (const FieldName& field : unit)
      if (moves(field)) taken.stays.push_back({field, {}, field == at ? why : "it goes with " + at.text + ": " + why});
  };
  for (const FieldName& field : selection.fields()) units.insert(unit_of(entity, field));
  for (auto unit = units.begin(); unit != units.end();) {
    std::string why;
    FieldName at;
    for (const FieldName& field : *unit)
      if (why.empty() && moves(field)) why = against(entity, family, selection, field), at = field;
    if (!why.empty() && std::ranges::any_of(*unit, differs)) refuse(*unit, at, why);
    unit = why.empty() && std::ranges::any_of(*unit, moves) ? std::next(unit) : units.erase(unit);
  }

  // Until each of those that are left comes out as it was before, and nothing else moves.
  for (;;) {
    taken.golden = family.golden, taken.links = family.links;
    for (const Unit& unit : units) unsay(family, selection, unit, taken);
    taken.golden.fields = survive(hub, taken.golden, taken.links);
    bool otherwise = false;
    for (const Unit& unit : units)
      otherwise = stood_beside(entity, family, selection, unit, taken.golden, taken.links) || otherwise;
    if (otherwise) taken.golden.fields = survive(hub, taken.golden, taken.links);
    const Unit* wrong = nullptr;
    for (const Unit& unit : units)
      for (const FieldName& field : unit) {
        const Field* declared = entity.field(field.text);
        if (wrong || !declared ||
            same_value(declared->type, value_in(taken.golden.fields, field), wanted(family, selection, field)))
          continue;
        wrong = &unit;
        if (std::ranges::any_of(unit, differs)) refuse(unit, field, says_otherwise(selection, taken.golden, field));
      }
    if (!wrong) break;
    units.erase(Unit(*wrong));
  }
  for (const Unit& unit : units)
    for (const FieldName& field : unit) {
      if (!moves(field)) continue;
      if (differs(field)) taken.fields.push_back(field);
      for (const Seen& seen : selection.of(Turn::Kind::Own, field)) taken.turns.push_back(*seen.turn);
      for (const Seen& seen : selection.writes(field)) taken.turns.push_back(*seen.turn);
      leave(hub, family, taken, field);
    }
  if (!taken.fields.empty()) ++taken.golden.version;

  for (const Field& field : entity.fields)
    if (!goes_back(entity, taken, field.name))
      give_back(hub, family, selection, field, std::ranges::none_of(parts_of(entity, field.name), differs), taken);
    else if (field.from)  // what is made of them goes with them
      for (const Seen& seen : selection.writes(field.name)) taken.turns.push_back(*seen.turn);
  std::ranges::sort(taken.given, {}, [](const GivenBack& g) { return std::tie(g.record, g.field); });
  for (const Past& p : past)
    for (const Turn& t : p.turns) {
      if (p.id > asked.up_to || (asked.change.empty() ? p.at < asked.since : p.change != asked.change)) continue;
      if (t.kind == Turn::Kind::Created)
        taken.stays.push_back({{}, t.record, "the hub created it: it is not put away"});
      if (t.kind == Turn::Kind::Asked)
        taken.stays.push_back({{}, t.record, t.field.text + " was asked for: that cannot be taken back"});
    }
  if (mutant(Mutant::ListsNothing)) taken.stays.clear();
  return taken;
}

std::vector<Stays> out_of_reach(const model::Hub& hub, const TakenBack& taken,
                                const std::set<std::pair<RecordKey, FieldName>>& writes) {
  const Entity& entity = hub.entity(taken.golden.entity);
  std::vector<Stays> stays;
  std::set<std::pair<RecordKey, FieldName>> told;
  for (const Turn& turn : taken.turns) {
    const std::pair what(turn.record, turn.field);
    const bool moves = goes_back(entity, taken, turn.field);  // else it is as before
    if (!moves || writes.contains(what) || !told.insert(what).second) continue;
    const auto link = std::ranges::find_if(
        taken.links, [&](const Link& l) { return l.key == turn.record && l.entity == taken.golden.entity; });
    if (link == taken.links.end() || link->gone) {
      stays.push_back({turn.field, turn.record, "the record is gone there"});
      continue;
    }
    const Field& field = *entity.field(turn.field.text);
    const Value& is = value_in(taken.golden.fields, turn.field);
    const auto agrees = [&](const Values& values) {
      const auto at = values.find(turn.field.text);
      return at == values.end() ? is.is_null() : same_value(field.type, at->second, is);
    };
    if (agrees(link->base) || agrees(link->given) || link->left.contains(turn.field.text)) continue;
    stays.push_back({turn.field, turn.record, "nothing is written there now: its flow or its mapping does not do it"});
  }
  return stays;
}

}  // namespace linchpin::engine
