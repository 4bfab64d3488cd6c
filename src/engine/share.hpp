// share: what each system may hold. For each system that a live flow writes to: how its record differs from the golden
// record, in the fields that its mapping sends there. The proof that those fields may travel is check's
// (model/privacy); here ClassIsKept is held once more, at the line that lets a value go.
#pragma once

#include <set>
#include <vector>

#include "engine/delivery.hpp"
#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// A write that would bring one system's record into agreement.
struct Intent {
  SystemName system;
  ObjectName object;
  RecordId record;  // "" to create
  MappingName mapping;
  FlowName flow;
  Operation operation = Operation::Update;
  Values values;
  Priority priority = Priority::Realtime;
  bool regulated = false;
  // Not to be sent: the flow is in shadow or paused, its pilot leaves it out, or what a ref names is not there.
  bool held = false;
  std::string named{};  // the association, of Associate
};

struct Sharing {
  std::set<FlowName> live;         // flows that have linked their systems, and may write
  std::set<SystemName> undecided;  // systems where a record waits for a review with this golden record
  bool backlog = false;            // part of a first load: behind what happens now
  std::set<FlowName> paused{};     // flows that write nothing until they are resumed
  bool refills = false;            // what a system has been emptied of, and does not own, is put back
};

// Whether a system may hold a field: its class is within the ceiling, or the system's file lists it.
bool may_hold(const model::System&, const EntityName&, const model::Field&);

// Whether what a flow writes for a golden record may leave: it is live, or in its pilot and the record is of it. The
// same for a record as long as its golden id and the condition's fields are the same; a larger part holds all of a
// smaller one.
bool may_leave(const model::Flow&, const Golden&);
// The same where the flow may be one that acts on an event: it does where one that keeps the entity lets the record's
// writes leave.
bool may_leave(const model::Hub&, const model::Flow&, const Golden&);
// Whether a flow has it that the system is written to, whatever its mode.
bool writes_to(const model::Flow&, const SystemName&);
// Whether anything of a flow may leave, be it of one record.
bool writes(const model::Hub&, const model::Flow&);

// The record does not say who somebody is, but what was found out about a golden record (a check of a person).
bool only_tells(const model::Hub&, const Link&);

// No record of theirs is left in use: each was deleted, merged away or archived. One that only tells of them does not
// keep them.
bool put_away(const model::Hub&, const std::vector<Link>&);

std::vector<Intent> share(const model::Hub&, const Golden&, const std::vector<Link>&, const Sharing&);

// The record was emptied of a value that it had, which is no write where a null means nothing (`null: ignore`).
bool is_emptied(const mapping::Mapping&, const mapping::FieldMapping&, const Value& wanted, const Link&);

// The fields on which a linked record disagrees with the golden record (with what a review has left as it is).
std::vector<FieldName> discrepant(const model::Hub&, const Golden&, const Link&);

}  // namespace linchpin::engine
