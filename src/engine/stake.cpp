#include "engine/stake.hpp"

#include <algorithm>

#include "engine/conflict.hpp"
#include "engine/deleted.hpp"
#include "engine/match.hpp"
#include "engine/question.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

using model::Hub;

std::string named(const RecordKey& key) { return key.system.text + ":" + key.record.text; }

bool is_written_to(const Hub& hub, const Link& link, const FieldName& field) {
  const auto mapping = hub.mappings.find(link.mapping);
  if (link.gone || mapping == hub.mappings.end()) return false;
  const bool carries = std::ranges::any_of(mapping->second.fields, [&](const mapping::FieldMapping& m) {
    return m.field == field && m.direction != mapping::Direction::In;
  });
  return carries && std::ranges::any_of(hub.flows_of(link.entity),
                                        [&](const model::Flow* flow) { return writes_to(*flow, link.key.system); });
}

// Whichever way it is answered, these are written to, or stay behind.
void about_field(const Hub& hub, const ReviewRow& row, const Family& family, Stake& stake) {
  const model::Field* field = hub.entity(row.entity).field(row.field.text);
  if (!field) return;
  for (const Link& link : family.links)
    if (link.key == row.record || is_written_to(hub, link, row.field)) stake.waits.insert(named(link.key));
  if (row.kind != "conflict") return;
  for (const Link* link : contest(*field, family.golden, family.links).competing) stake.waits.insert(named(link->key));
}

void about_unique(const ReviewRow& row, const Family& family, Stake& stake) {
  for (const Link& link : family.links)
    if (link.key.system == row.system && !link.gone && link.left.contains(row.field.text))
      stake.waits.insert(named(link.key));
  if (stake.waits.empty()) stake.waits.insert(row.system.text);
}

// What is made for neither of the two until it is known whether they are one.
Result<void> kept_from(const Hub& hub, const Family& family, const Stage& stage, Store& store, Work& work,
                       Stake& stake) {
  const Undecided undecided = TRY(engine::undecided(hub, family, store, work));
  for (const Intent& intent : share(hub, family.golden, family.links, {stage.live, {}, false, stage.paused})) {
    if (intent.operation != Operation::Create || !undecided.systems.contains(intent.system)) continue;
    stake.waits.insert(intent.system.text);
  }
  for (const FlowName& name : family.golden.due) {
    stake.waits.insert("flow " + name.text);
    const auto flow = hub.flows.find(name);
    stake.regulated = stake.regulated || (flow != hub.flows.end() && flow->second.regulated);
  }
  return {};
}

Result<void> about_match(const Hub& hub, const ReviewRow& row, const Family& family, const Stage& stage, Store& store,
                         Work& work, Stake& stake) {
  TRY(kept_from(hub, family, stage, store, work, stake));
  const Family* other = TRY(work.family_of(row.record, row.entity));
  if (!other || other == &family) return {};
  TRY(kept_from(hub, *other, stage, store, work, stake));
  for (const model::Field& field : hub.entity(row.entity).fields) {
    const auto here = family.golden.fields.find(field.name), there = other->golden.fields.find(field.name);
    if (field.from || here == family.golden.fields.end() || there == other->golden.fields.end()) continue;
    const Sourced &one = here->second, &two = there->second;
    const bool said = !one.value.is_null() && !two.value.is_null() && one.rule != "default" && two.rule != "default";
    if (!said || same_value(field.type, one.value, two.value)) continue;
    stake.fields.insert(field.name);
    stake.regulated = stake.regulated || field.regulated;
  }
  return {};
}

}  // namespace

Result<Stake> at_stake(const Hub& hub, const ReviewRow& row, const Stage& stage, Store& store, Work& work) {
  Stake stake;
  stake.regulated = row.regulated;
  if (!row.field.empty()) stake.fields.insert(row.field);
  const Family* family = row.golden.empty() ? nullptr : TRY(work.family(row.golden));
  if (!family || !hub.entities.contains(row.entity)) return stake;
  if (row.kind == "foreign_write" || row.kind == "conflict") about_field(hub, row, *family, stake);
  if (row.kind == "unique_taken") about_unique(row, *family, stake);
  if (row.kind == "match") TRY(about_match(hub, row, *family, stage, store, work, stake));
  if (row.kind == "deleted" && row.code == "deleted_and_edited") stake.waits.insert(named(row.record));
  if (row.kind == "deleted" && row.code != "deleted_and_edited")
    for (const Link& link : to_be_put_away(hub, family->links, row.record)) stake.waits.insert(named(link.key));
  return stake;
}

Result<Taken> taken_by(const Hub& hub, const ReviewRow& row, Keys& keys, Work& work) {
  Taken taken;
  const Family* family = TRY(work.family(row.golden));
  const auto entity = hub.entities.find(row.entity);
  if (!family || entity == hub.entities.end()) return taken;
  for (const Link& link : family->links)
    if (const auto left = link.left.find(row.field.text); link.key.system == row.system && left != link.left.end())
      taken.value = left->second;
  for (const Delivery& d : family->deliveries)
    if (const auto blank = d.blank.find(row.field.text); d.system == row.system && blank != d.blank.end())
      taken.value = blank->second;
  if (taken.value.is_null()) return taken;
  constexpr std::size_t holders_most = 200;
  std::set<GoldenId> others;
  for (const BlindKey& key : match_keys(entity->second, {{row.field.text, taken.value}}, keys))
    if (key.field == row.field)
      for (const MatchKeyRow& holder : TRY(work.holders(row.entity, key.key, holders_most)))
        others.insert(holder.golden);
  const model::Field* field = entity->second.field(row.field.text);
  for (const GoldenId& id : others) {
    const Family* other = TRY(work.family(id));
    if (!other || other->golden.id == family->golden.id || !field) continue;
    for (const Link& link : other->links) {
      const auto held = link.base.find(row.field.text);
      if (link.key.system == row.system && !link.gone && held != link.base.end() &&
          same_value(field->type, held->second, taken.value))
        taken.by.push_back(link.key);
    }
  }
  return taken;
}

}  // namespace linchpin::engine
