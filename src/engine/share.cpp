#include "engine/share.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/invariant.hpp"
#include "base/mutant.hpp"
#include "engine/blank.hpp"
#include "engine/conflict.hpp"

namespace linchpin::engine {
namespace {

using mapping::Direction;
using model::Field;
using model::Hub;

const Value& golden_value(const Golden& golden, const FieldName& field) {
  static const Value none;
  const auto at = golden.fields.find(field);
  return at == golden.fields.end() ? none : at->second.value;
}

// What a mapping only sends (a status table, a joined name) is compared in the system's own form.
bool agrees_as_sent(const mapping::Mapping& mapping, const mapping::FieldMapping& m, const Value& wanted,
                    const Link& link) {
  const std::optional<Json> holds = mapping::read(m.at, link.held);
  if (!holds) return wanted.is_null();
  const Json sent = mapping::write(mapping, {{m.field.text, wanted}}, link.held).record;
  const Json would = mapping::read(m.at, sent).value_or(Json());
  if (m.unique_suffix && holds->is_text() && would.is_text())
    return mapping::without_suffix(holds->text()) == mapping::without_suffix(would.text());
  return *holds == would || (wanted.is_null() && (holds->is_null() || holds->text().empty()));
}

bool agrees(const mapping::Mapping& mapping, const mapping::FieldMapping& m, const Field& field, const Value& wanted,
            const Link& link) {
  const std::string& name = field.name.text;
  if (const auto given = link.given.find(name);
      given != link.given.end() && same_value(field.type, wanted, given->second))
    return true;
  if (m.direction == Direction::Out) return agrees_as_sent(mapping, m, wanted, link);
  if (const auto base = link.base.find(name); base != link.base.end())
    return same_value(field.type, wanted, base->second);
  return wanted.is_null();
}

}  // namespace

bool is_emptied(const mapping::Mapping& mapping, const mapping::FieldMapping& m, const Value& wanted,
                const Link& link) {
  const auto base = link.base.find(m.field.text);
  if (wanted.is_null() || m.direction != Direction::Both || mapping.null != mapping::NullRule::Ignore ||
      base == link.base.end() || base->second.is_null())
    return false;
  const std::optional<Json> holds = mapping::read(m.at, link.held);
  return holds && (holds->is_null() || (holds->is_text() && holds->text().empty()));
}

namespace {

// What a system has emptied of its own is its to fill.
bool owns(const Field& field, const SystemName& system) {
  return field.rule == model::Rule::Owner && field.owner == system;
}

// Nobody knows what it should be: systems keep what they hold.
bool not_made(const Golden& golden, const Field& field) { return field.from && !golden.fields.contains(field.name); }

bool left_alone(const Field& field, const Value& wanted, const Link& link) {
  const auto left = link.left.find(field.name.text);
  return left != link.left.end() && same_value(field.type, wanted, left->second);
}

// The fields that the mapping sends, with the golden values; only those that `pick` picks.
Values sent(const Hub& hub, const mapping::Mapping& mapping, const Golden& golden, auto&& pick) {
  const model::Entity& entity = hub.entity(golden.entity);
  const model::System& system = hub.system(mapping.system);
  Values values;
  for (const mapping::FieldMapping& m : mapping.fields) {
    if (m.direction == Direction::In) continue;
    const Field* field = entity.field(m.field.text);
    if (!field) continue;
    const Value& wanted = golden_value(golden, field->name);
    if (!pick(m, *field, wanted)) continue;
    hold(Invariant::ClassIsKept, may_hold(system, entity.name, *field));
    values.emplace(field->name.text, wanted);
  }
  return values;
}

Json as_object(const Golden& golden) {
  Json::Object members;
  for (const auto& [name, s] : golden.fields) members.emplace_back(name.text, s.value);
  return members;
}

}  // namespace

bool may_hold(const model::System& system, const EntityName& entity, const Field& field) {
  if (field.clazz == Class::ComplianceOnly) return false;
  if (field.clazz == Class::Restricted) return system.restricted_fields.contains(entity.text + "." + field.name.text);
  return field.clazz <= system.ceiling;
}

bool may_leave(const model::Flow& flow, const Golden& golden) {
  if (flow.mode == model::Mode::Live || mutant(Mutant::ShadowIsSent)) return true;
  if (flow.mode != model::Mode::Pilot) return false;
  // A golden id is chance itself; the flow's name makes the parts of two flows different ones.
  const Hash drawn = sha256(flow.name.text + "/" + golden.id.text);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 6; ++i) number = number << 8 | static_cast<unsigned char>(as_text(drawn)[i]);
  if (number % 10'000 >= static_cast<std::uint64_t>(flow.pilot.part)) return false;
  if (!flow.pilot.where) return true;
  const Result<bool> wanted = flow.pilot.where->holds(as_object(golden));
  return wanted && *wanted;
}

bool may_leave(const Hub& hub, const model::Flow& flow, const Golden& golden) {
  if (!may_leave(flow, golden)) return false;
  if (flow.kind != model::Flow::Kind::Do || mutant(Mutant::ActsBeforeLive)) return true;
  return std::ranges::any_of(hub.flows_of(flow.entity), [&](const model::Flow* f) { return may_leave(*f, golden); });
}

bool writes_to(const model::Flow& flow, const SystemName& system) {
  return std::ranges::any_of(flow.systems, [&](const model::FlowSystem& member) {
    return member.system == system && member.write != model::Pace::No;
  });
}

bool writes(const Hub& hub, const model::Flow& flow) {
  const auto sends = [](const model::Flow& f) { return f.mode == model::Mode::Live || f.mode == model::Mode::Pilot; };
  if (!sends(flow) || flow.kind != model::Flow::Kind::Do) return sends(flow);
  return std::ranges::any_of(hub.flows_of(flow.entity), [&](const model::Flow* f) { return sends(*f); });
}

bool only_tells(const Hub& hub, const Link& link) {
  const auto mapping = hub.mappings.find(link.mapping);
  return mapping != hub.mappings.end() && mapping->second.golden_id_at;
}

bool put_away(const Hub& hub, const std::vector<Link>& links) {
  bool any = false;
  for (const Link& link : links) {
    if (only_tells(hub, link)) continue;
    if (!link.gone && !link.archived) return false;
    any = true;
  }
  return any;
}

std::vector<Intent> share(const Hub& hub, const Golden& golden, const std::vector<Link>& links,
                          const Sharing& sharing) {
  const model::Entity& entity = hub.entity(golden.entity);
  std::vector<Intent> intents;
  for (const model::Flow* flow : hub.flows_of(golden.entity)) {
    if (flow->mode == model::Mode::Link || flow->mode == model::Mode::Off) continue;
    if (!sharing.live.contains(flow->name)) continue;
    const bool held = !may_leave(*flow, golden) || sharing.paused.contains(flow->name);
    for (const model::FlowSystem& member : flow->systems) {
      if (member.write == model::Pace::No) continue;
      const mapping::Mapping* mapping = hub.mapping_for(golden.entity, member.system);
      if (!mapping) continue;
      Intent intent{member.system,      mapping->object, {},  mapping->name, flow->name, Operation::Update, {},
                    Priority::Realtime, false,           held};
      if (member.write == model::Pace::Batch || sharing.backlog) intent.priority = Priority::Batch;

      bool linked = false;
      for (const Link& link : links) {
        if (link.key.system != member.system || link.key.object != mapping->object) continue;
        linked = !(link.gone && mutant(Mutant::TombstoneIgnored));
        if (link.gone) continue;  // detached: its link stays, so that it is not created anew
        Intent update = intent;
        update.record = link.key.record;
        if (link.doomed && entity.on_delete != model::OnDelete::Detach) {
          update.operation = Operation::Delete;
          intents.push_back(std::move(update));
          continue;
        }
        update.values =
            sent(hub, *mapping, golden, [&](const mapping::FieldMapping& m, const Field& f, const Value& wanted) {
              return !not_made(golden, f) && !decides_nothing(golden.fields, f.name) &&
                     (!agrees(*mapping, m, f, wanted, link) ||
                      (sharing.refills && !owns(f, member.system) && is_emptied(*mapping, m, wanted, link))) &&
                     !left_alone(f, wanted, link) && !(is_undecided(golden, f.name) && has_word(link, f.name));
            });
        if (!update.values.empty()) intents.push_back(std::move(update));
      }
      // What was put away before we came stays where it is.
      if (!linked && !put_away(hub, links) && !sharing.undecided.contains(member.system)) {
        if (member.when) {
          // Whether it belongs there is decided by what nobody could read, or has said.
          const bool unread = std::ranges::any_of(member.when->reads(), [&](const std::string& name) {
            return decides_nothing(golden.fields, FieldName(name));
          });
          if (unread) continue;
          const Result<bool> wanted = member.when->holds(as_object(golden));
          if (!wanted || !*wanted) continue;
        }
        intent.operation = Operation::Create;
        intent.values =
            sent(hub, *mapping, golden,
                 [](const mapping::FieldMapping&, const Field&, const Value& wanted) { return !wanted.is_null(); });
        if (!intent.values.empty()) intents.push_back(std::move(intent));
      }
    }
  }
  for (Intent& intent : intents) {
    intent.regulated = std::any_of(intent.values.begin(), intent.values.end(), [&](const auto& v) {
      const Field* f = entity.field(v.first);
      return f && f->regulated;
    });
    if (intent.regulated && intent.operation == Operation::Update) intent.priority = Priority::Regulated;
  }
  return intents;
}

std::vector<FieldName> discrepant(const Hub& hub, const Golden& golden, const Link& link) {
  std::vector<FieldName> fields;
  if (link.gone) return fields;
  const auto mapping = hub.mappings.find(link.mapping);
  const model::Entity& entity = hub.entity(golden.entity);
  if (mapping == hub.mappings.end()) return fields;
  for (const mapping::FieldMapping& m : mapping->second.fields) {
    if (m.direction == Direction::In) continue;
    const Field* field = entity.field(m.field.text);
    if (field && !not_made(golden, *field) && !decides_nothing(golden.fields, field->name) &&
        (!agrees(mapping->second, m, *field, golden_value(golden, field->name), link) ||
         is_emptied(mapping->second, m, golden_value(golden, field->name), link)))
      fields.push_back(field->name);
  }
  return fields;
}

}  // namespace linchpin::engine
