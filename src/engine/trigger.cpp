#include "engine/trigger.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

std::string rule_of(const FlowName& flow) { return "flow " + flow.text; }

bool holds_event(const model::Hub& hub, const model::Flow& flow, const Golden& golden) {
  const model::Field* field = hub.entity(golden.entity).field(flow.on_field.text);
  const auto is = golden.fields.find(flow.on_field);
  return field && is != golden.fields.end() && same_value(field->type, is->second.value, flow.on_value);
}

bool is_unasked(const model::Hub& hub, const Delivery& d) {
  const auto flow = hub.flows.find(d.flow);
  return d.operation == Operation::Do && d.state == DeliveryState::Held && d.attempt == 0 && flow != hub.flows.end() &&
         flow->second.kind == model::Flow::Kind::Do;
}

bool is_orphan(const model::Hub& hub, const Delivery& d) {
  return d.operation == Operation::Do && d.attempt == 0 && !d.takes_back() && !hub.flows.contains(d.flow) &&
         (d.state == DeliveryState::Held || d.state == DeliveryState::Pending);
}

Values sent_by(const model::Hub& hub, const model::Flow& flow, const Golden& golden) {
  const model::Entity& entity = hub.entity(golden.entity);
  Values values;
  for (const FieldName& sent : flow.send)
    if (const auto at = golden.fields.find(sent); at != golden.fields.end() && !at->second.value.is_null()) {
      const model::Field* field = entity.field(sent.text);
      hold(Invariant::ClassIsKept, field && may_hold(hub.system(flow.do_system), entity.name, *field));
      values.emplace(sent.text, at->second.value);
    }
  return values;
}

namespace {

// Which records a direct flow takes.
bool takes(const model::Flow& flow, const Golden& golden) {
  Json::Object fields;
  for (const FieldName& name : flow.send)
    if (const auto at = golden.fields.find(name); at != golden.fields.end())
      fields.emplace_back(name.text, at->second.value);
  const Json record(std::move(fields));
  return std::all_of(flow.systems.begin(), flow.systems.end(), [&](const model::FlowSystem& member) {
    if (!member.when) return true;
    const Result<bool> wanted = member.when->holds(record);
    return wanted && *wanted;
  });
}

// Whether a direct flow tells of it: something that it sends is another, or it was not taken before.
bool is_news(const model::Flow& flow, const Golden* before, const Golden& after) {
  if (!takes(flow, after)) return false;
  if (!before || !takes(flow, *before)) return true;
  return std::any_of(flow.send.begin(), flow.send.end(), [&](const FieldName& name) {
    const auto was = before->fields.find(name), is = after.fields.find(name);
    const Value none;
    return (was == before->fields.end() ? none : was->second.value) !=
           (is == after.fields.end() ? none : is->second.value);
  });
}

// Whether a flow's field has become its value, and the same is not being asked already.
bool fires(const model::Hub& hub, const model::Flow& flow, const Golden* before, const Golden& after,
           const std::vector<Delivery>& existing) {
  if (!holds_event(hub, flow, after)) return false;
  const bool held = before && holds_event(hub, flow, *before) && !mutant(Mutant::FiresAgain);
  if (held && !after.due.contains(flow.name)) return false;
  return std::none_of(existing.begin(), existing.end(),
                      [&](const Delivery& d) { return d.flow == flow.name && d.operation == Operation::Do; });
}

}  // namespace

Triggered trigger(const model::Hub& hub, const Golden* before, const Golden& after,
                  const std::vector<Delivery>& existing, const Cause& cause) {
  Triggered triggered;
  for (const auto& [name, flow] : hub.flows) {
    const bool on_event = flow.kind == model::Flow::Kind::Do, direct = flow.kind == model::Flow::Kind::Direct;
    if ((!on_event && !direct) || flow.mode != model::Mode::Live || flow.entity != after.entity) continue;
    if (on_event ? !fires(hub, flow, before, after, existing) : !is_news(flow, before, after)) continue;
    if (on_event && after.waits) {
      triggered.due.insert(name);
      continue;
    }

    Delivery d;
    d.system = flow.do_system, d.named = flow.do_operation, d.operation = Operation::Do;
    if (const auto& connector = hub.system(flow.do_system).connector)
      d.object = ObjectName(connector->document["operations"][flow.do_operation]["object"].text());
    d.golden = after.id, d.entity = after.entity, d.flow = name;
    d.regulated = flow.regulated;
    d.priority = flow.regulated ? Priority::Regulated : Priority::Realtime;
    d.due = cause.now, d.made = cause.now, d.seen = cause.seen, d.change = cause.change;
    d.values = sent_by(hub, flow, after);
    if (!may_leave(hub, flow, after)) d.state = DeliveryState::Held;
    if (mutant(Mutant::SendsWholePerson))
      for (const auto& [field_name, s] : after.fields) d.values.emplace(field_name.text, s.value);
    triggered.deliveries.push_back(std::move(d));
    for (const auto& [set, value] : flow.then)
      triggered.set[set] = Sourced{value, cause.now, {}, {}, cause.change, {}, rule_of(name)};
  }
  return triggered;
}

}  // namespace linchpin::engine
