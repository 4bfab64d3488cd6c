#include "engine/renamed.hpp"

#include <algorithm>

#include "engine/share.hpp"
#include "engine/trigger.hpp"

namespace linchpin::engine {
namespace {

using model::Flow;
using model::Hub;

bool is_mapping(const Hub& hub, const MappingName& name) { return name.empty() || hub.mappings.contains(name); }
bool is_flow(const Hub& hub, const FlowName& name) { return name.empty() || hub.flows.contains(name); }

MappingName mapping_now(const Hub& hub, const SystemName& system, const ObjectName& object, const EntityName& entity,
                        const MappingName& was) {
  for (const mapping::Mapping* mapping : hub.mappings_of(system, object))
    if (mapping->entity == entity) return mapping->name;
  return was;
}

bool does_the_same(const Flow& flow, const Delivery& d) {
  if (flow.entity != d.entity) return false;
  if (d.operation == Operation::Do)
    return flow.kind == Flow::Kind::Do && flow.do_system == d.system && flow.do_operation == d.named;
  return flow.kind == Flow::Kind::Keep && writes_to(flow, d.system);
}

// Of an event it must be the very one, and nothing of that flow may be asked yet: nobody is asked about twice.
bool takes_over(const Hub& hub, const Flow& flow, const Delivery& d, const Family& family) {
  if (!does_the_same(flow, d)) return false;
  if (d.operation != Operation::Do) return true;
  return holds_event(hub, flow, family.golden) && std::ranges::none_of(family.deliveries, [&](const Delivery& other) {
           return other.operation == Operation::Do && other.flow == flow.name;
         });
}

// What a flow has set, and what it is to do later.
void rename_flow(Golden& golden, const FlowName& was, const FlowName& now) {
  for (auto* fields : {&golden.set, &golden.fields})
    for (auto& [name, sourced] : *fields)
      if (sourced.rule == rule_of(was)) sourced.rule = rule_of(now);
}

}  // namespace

bool names_others(const Hub& hub, const Family& family) {
  return std::ranges::any_of(family.links, [&](const Link& l) { return !is_mapping(hub, l.mapping); }) ||
         std::ranges::any_of(family.deliveries,
                             [&](const Delivery& d) { return !is_mapping(hub, d.mapping) || !is_flow(hub, d.flow); });
}

void rename(const Hub& hub, Family& family) {
  if (!names_others(hub, family) || !hub.entities.contains(family.golden.entity)) return;
  for (Link& link : family.links)
    if (!is_mapping(hub, link.mapping))
      link.mapping = mapping_now(hub, link.key.system, link.key.object, link.entity, link.mapping);
  for (Delivery& d : family.deliveries) {
    if (!is_mapping(hub, d.mapping)) d.mapping = mapping_now(hub, d.system, d.object, d.entity, d.mapping);
    if (is_flow(hub, d.flow)) continue;
    for (const auto& [name, flow] : hub.flows)
      if (takes_over(hub, flow, d, family)) {
        if (d.operation == Operation::Do) rename_flow(family.golden, d.flow, name);
        d.flow = name;
        break;
      }
  }
}

}  // namespace linchpin::engine
