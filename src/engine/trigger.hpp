// trigger: business events. A flow with `on: contact.lifecycle_stage becomes client` fires when a golden field becomes
// a value: on a change of it, or on a new record that came when all had been read once. A first load fires nothing.
// While no flow that keeps the entity lets the record's writes leave, what it asks is held; a golden record in doubt
// keeps that it is due. A direct flow tells of each change of what it sends.
#pragma once

#include <vector>

#include "engine/delivery.hpp"
#include "engine/golden.hpp"
#include "engine/outbox.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

struct Triggered {
  std::vector<Delivery> deliveries;  // operations to do; id 0
  std::map<FieldName, Sourced> set;  // `then:` of the same golden record
  std::set<FlowName> due{};          // flows that act when the golden record waits no longer
};
// `before` is null for a record that is new to the hub. `existing`: every delivery of this golden record.
Triggered trigger(const model::Hub&, const Golden* before, const Golden& after, const std::vector<Delivery>& existing,
                  const Cause&);

// Whether the field of a flow has the value at which it acts.
bool holds_event(const model::Hub&, const model::Flow&, const Golden&);

// Whether an operation waits that nobody has asked for yet: it is asked as things are then, or not at all.
bool is_unasked(const model::Hub&, const Delivery&);

// The flow that was to ask it is not in the hub's files, and it has not been asked yet: nobody asks it.
bool is_orphan(const model::Hub&, const Delivery&);

// What a field that such a flow has set says of where it comes from (Sourced::rule).
std::string rule_of(const FlowName&);

// What the operation of such a flow sends, as the golden record has it now.
Values sent_by(const model::Hub&, const model::Flow&, const Golden&);

}  // namespace linchpin::engine
