// The second half of the line: what follows from a golden record as it is now. Its fields chosen anew where that is
// wanted, what people are asked, trigger, share, outbox.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/conflict.hpp"
#include "engine/line.hpp"
#include "engine/refs.hpp"
#include "engine/share.hpp"
#include "engine/trigger.hpp"
#include "model/direct.hpp"

namespace linchpin::engine {
namespace {

// A create that was sent may land after all, wanted or not: what it sent is kept until there is a record.
bool may_turn_up(const Delivery& d, const Family& family) {
  return d.operation == Operation::Create && !d.tried.empty() &&
         std::none_of(family.links.begin(), family.links.end(),
                      [&](const Link& l) { return l.key.system == d.system && l.key.object == d.object; });
}

}  // namespace

// When a new delivery may leave: at once, or when its system is next written to in a batch.
Instant Line::leaves_at(const Delivery& d) const {
  if (stage_.batches_now) return d.due;
  for (const model::FlowSystem& member : hub_.flows.at(d.flow).systems)
    if (member.system == d.system && member.write_at)
      return model::next_time(*member.write_at, hub_.zone, now_).value_or(d.due);
  return d.due;
}

Result<void> Line::ask(Family& family, const Golden* before) {
  keep_not_derived(family, before);
  return keep_conflicts(family, before);
}

void Line::applied(const Family& family, const Cause& cause, std::string_view trigger, Values values) {
  work_.attest(&family, {.entry = "golden/" + family.golden.id.text + "/" + std::to_string(family.golden.version),
                         .kind = "applied",
                         .trigger = std::string(trigger),
                         .change = cause.change,
                         .entity = family.golden.entity,
                         .values = std::move(values),
                         .outcome = "merged",
                         .at = now_});
}

Result<void> Line::share_anew(Family& family, const Cause& cause, std::string_view trigger) {
  std::map<FieldName, Sourced> fields = survive(hub_, family.golden, family.links);
  if (fields != family.golden.fields) {
    Values values;
    for (const auto& [name, s] : fields)
      if (const auto was = family.golden.fields.find(name); was == family.golden.fields.end() || was->second != s)
        values.emplace(name.text, s.value);
    const Golden was = family.golden;
    family.golden.fields = std::move(fields);
    work_.remember(family, cause.change, now_, golden_turns(hub_.entity(was.entity), was, family.golden));
    ++family.golden.version;
    work_.changed_golden(family);
    if (!mutant(Mutant::AppliedUnattested)) applied(family, cause, trigger, std::move(values));
    TRY(ask(family, &was));
  }
  return settle(family, &family.golden, cause);
}

// `set` has other values, which `rule` has put there or taken away.
void Line::set_anew(Family& family, const Golden& before, const Cause& cause, std::string_view rule, Values set) {
  family.golden.fields = survive(hub_, family.golden, family.links);
  work_.remember(family, cause.change, now_, golden_turns(hub_.entity(before.entity), before, family.golden));
  ++family.golden.version;
  work_.changed_golden(family);
  applied(family, cause, rule, std::move(set));
}

// What nobody has been asked yet is not asked when it is so no longer, and what its flow has set does not hold.
void Line::no_longer_so(Family& family, const Cause& cause) {
  for (const Delivery& d : std::vector<Delivery>(family.deliveries)) {
    const bool orphan = is_orphan(hub_, d);
    if (!orphan && (!is_unasked(hub_, d) || holds_event(hub_, hub_.flows.at(d.flow), family.golden))) continue;
    work_.dropped_delivery(family, d.id);
    const Golden was = family.golden;
    std::erase_if(family.golden.set, [&](const auto& field) { return field.second.rule == rule_of(d.flow); });
    if (family.golden.set == was.set) continue;
    Values taken;
    for (const auto& [field, s] : was.set)
      if (!family.golden.set.contains(field)) taken.emplace(field.text, s.value);
    set_anew(family, was, cause, rule_of(d.flow), std::move(taken));
  }
}

// What flows ask because of it.
void Line::fire(Family& family, const Golden* before, const Cause& cause) {
  Triggered triggered = trigger(hub_, before, family.golden, family.deliveries, cause);
  if (triggered.due != family.golden.due) {
    family.golden.due = std::move(triggered.due);
    work_.changed_golden(family);
  }
  if (!triggered.set.empty()) {
    const Golden was = family.golden;
    Values set;
    for (auto& [field, s] : triggered.set) {
      set.emplace(field.text, s.value);
      overrule(work_, family, *hub_.entity(family.golden.entity).field(field.text));
      family.golden.set[field] = s;
    }
    // A record that was taken out again fires it too, with nothing of its own that changed.
    set_anew(family, was, cause, triggered.set.begin()->second.rule, std::move(set));
  }
  for (Delivery& d : triggered.deliveries) {  // the same change asks the same question, whatever was lost in between
    if (stage_.paused.contains(d.flow)) d.state = DeliveryState::Held;
    d.idempotency_key =
        to_hex(keys_.digest("delivery", d.flow.text + "/" + d.golden.text + "/" + d.change.text)).substr(0, 32);
    work_.changed_delivery(family, std::move(d));
  }
}

// What was held goes when its flow is paused no longer, and may send.
void Line::let_go(Family& family, bool in_use) {
  for (Delivery d : std::vector<Delivery>(family.deliveries)) {
    const bool asked_once = d.operation == Operation::Do || d.takes_back();
    if (!asked_once || d.state != DeliveryState::Held || stage_.paused.contains(d.flow)) continue;
    const auto flow = hub_.flows.find(d.flow);
    if (flow == hub_.flows.end() || (!d.takes_back() && !may_leave(hub_, flow->second, family.golden))) continue;
    if (is_unasked(hub_, d)) {
      if (!in_use) continue;
      if (Values now = sent_by(hub_, flow->second, family.golden); now != d.values)
        d.values = std::move(now), d.idempotency_key.clear();
    }
    d.state = DeliveryState::Pending;
    work_.changed_delivery(family, std::move(d));
  }
}

// A foreign write that was asked about beside another golden value: it is written over, by the owner's word since.
Result<void> Line::withdraw_overtaken(const Family& family) {
  for (const Link& link : family.links)
    for (const auto& [name, asked_beside] : link.left) {
      const model::Field* field = hub_.entity(family.golden.entity).field(name);
      const auto is = family.golden.fields.find(FieldName(name));
      const Value none;
      if (field && !same_value(field->type, is == family.golden.fields.end() ? none : is->second.value, asked_beside))
        TRY(withdraw_foreign(link.key, field->name));
    }
  return {};
}

Result<void> Line::settle(Family& family, const Golden* before, const Cause& cause) {
  const Undecided undecided = TRY(engine::undecided(hub_, family, store_, work_));
  if (undecided.asked != family.golden.in_question || undecided.ours < family.golden.waits) {
    family.golden.in_question = undecided.asked;
    family.golden.waits = family.golden.waits && undecided.ours;
    work_.changed_golden(family);
  }
  const std::vector<const model::Flow*> flows = hub_.flows_of(family.golden.entity);
  const bool live =
      std::all_of(flows.begin(), flows.end(), [&](const model::Flow* f) { return stage_.live.contains(f->name); });
  const bool in_use = model::is_direct(family.golden.entity) || !put_away(hub_, family.links);
  no_longer_so(family, cause);
  if (live && !family.links.empty() && in_use) fire(family, stage_.backlog ? &family.golden : before, cause);
  let_go(family, in_use);
  TRY(withdraw_overtaken(family));
  TRY(ask(family, before));
  std::vector<Intent> intents = share(hub_, family.golden, family.links,
                                      {stage_.live, undecided.systems, stage_.backlog, stage_.paused, stage_.refills});
  TRY(Refs(hub_, keys_, work_).part(family, intents));
  Outboxed out = outbox(family.golden, family.deliveries, intents, cause);
  for (const DeliveryId id : out.dropped) {
    work_.rows().dead_letters_dropped.push_back(letter_id(id, keys_));
    Delivery d =
        *std::find_if(family.deliveries.begin(), family.deliveries.end(), [&](const auto& k) { return k.id == id; });
    if (!may_turn_up(d, family)) {
      work_.dropped_delivery(family, id);
    } else if (std::exchange(d.state, DeliveryState::Held) != DeliveryState::Held) {
      work_.changed_delivery(family, std::move(d));
    }
  }
  for (Delivery& d : out.put) {
    if (d.id.number == 0) d.due = leaves_at(d);
    if (d.id.number != 0) work_.rows().dead_letters_dropped.push_back(letter_id(d.id, keys_));
    work_.changed_delivery(family, std::move(d));
  }
  return {};
}

}  // namespace linchpin::engine
