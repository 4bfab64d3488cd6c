#include "engine/trigger.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

std::string rule_of(const FlowName& flow) { return "flow " + flow.text; }

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

Triggered trigger(const model::Hub& hub, const Golden* before, const Golden& after,
                  const std::vector<Delivery>& existing, const Cause& cause) {
  Triggered triggered;
  const model::Entity& entity = hub.entity(after.entity);
  for (const auto& [name, flow] : hub.flows) {
    if (flow.kind != model::Flow::Kind::Do || flow.mode != model::Mode::Live || flow.entity != after.entity) continue;
    const model::Field* field = entity.field(flow.on_field.text);
    const auto is = after.fields.find(flow.on_field);
    if (!field || is == after.fields.end() || !same_value(field->type, is->second.value, flow.on_value)) continue;
    if (before && !mutant(Mutant::FiresAgain))
      if (const auto was = before->fields.find(flow.on_field);
          was != before->fields.end() && same_value(field->type, was->second.value, flow.on_value))
        continue;
    const bool asked = std::any_of(existing.begin(), existing.end(),
                                   [&](const Delivery& d) { return d.flow == name && d.operation == Operation::Do; });
    if (asked) continue;  // the same question is on its way

    Delivery d;
    d.system = flow.do_system, d.named = flow.do_operation, d.operation = Operation::Do;
    if (const auto& connector = hub.system(flow.do_system).connector)
      d.object = ObjectName(connector->document["operations"][flow.do_operation]["object"].text());
    d.golden = after.id, d.entity = after.entity, d.flow = name;
    d.regulated = flow.regulated;
    d.priority = flow.regulated ? Priority::Regulated : Priority::Realtime;
    d.due = cause.now, d.made = cause.now, d.seen = cause.seen, d.change = cause.change;
    d.values = sent_by(hub, flow, after);
    if (mutant(Mutant::SendsWholePerson))
      for (const auto& [field_name, s] : after.fields) d.values.emplace(field_name.text, s.value);
    triggered.deliveries.push_back(std::move(d));
    for (const auto& [set, value] : flow.then)
      triggered.set[set] = Sourced{value, cause.now, {}, {}, cause.change, {}, rule_of(name)};
  }
  return triggered;
}

}  // namespace linchpin::engine
