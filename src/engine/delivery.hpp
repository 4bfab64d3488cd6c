// One intended write to one system, kept until the system has confirmed it.
#pragma once

#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/golden.hpp"

namespace linchpin::engine {

enum class Priority { Regulated, Realtime, Batch };  // in this order
std::string_view to_text(Priority);

// Do: an operation of the connector, named by a flow. Delete: the record is put away, as its system does that.
// Associate: one ref of a record is set, or cleared, where its system keeps that beside its records.
enum class Operation { Create, Update, Do, Delete, Associate };
std::string_view to_text(Operation);  // the metrics' words: "create", "update", "do", "delete", "associate"
// It sets fields of a record that is there: what the record holds comes first, and what was sent is kept until then.
inline bool sets_fields(Operation operation) {
  return operation == Operation::Update || operation == Operation::Associate;
}

// Pending: may be sent when due. Sent: handed to the world, no answer yet (counted before the call, so a crash inside
// it is an attempt too). Unknown: sent, and the outcome is not known: it is looked for before it is repeated. Dead: it
// cannot succeed without a person, and has a dead letter; it stays so that the same write is not made again. Held: not
// sent while its flow is not live, or paused. A create that was sent is held, wanted or not, until there is a record.
enum class DeliveryState { Pending, Sent, Unknown, Dead, Held };

// The change behind what is shared because of a version of the hub files: all of it, after a first load or an apply.
inline ChangeId apply_change(std::int64_t version) { return ChangeId("apply." + std::to_string(version)); }
inline bool is_apply(const ChangeId& change) { return change.text.starts_with("apply."); }

// A delivery that an operator takes back with names the revert; it leaves though no flow would write it by itself.
struct Delivery {
  DeliveryId id;
  SystemName system;
  ObjectName object;
  RecordId record;  // "" for a create or an operation
  GoldenId golden;
  EntityName entity;
  MappingName mapping;  // "" for an operation
  FlowName flow;
  Operation operation = Operation::Update;
  std::string named;  // the operation's name, for Do; the association's; of an Update that takes back, the revert
  Priority priority = Priority::Realtime;
  bool regulated = false;
  DeliveryState state = DeliveryState::Pending;
  int attempt = 0;  // how often it was sent
  int suffix = 0;   // of a unique value: 0 none, 2 = " (2)"
  Instant due{};
  Instant made{};
  Instant seen{};   // the source's time of the change behind it
  ChangeId change;  // the change behind it
  Values values;    // the entity's fields that it sets (sealed at rest)
  Values blank;     // of a create: what another record has there, and was left out for it (sealed)
  Tried tried;      // of a create: what each attempt sent; the record may turn up with any of it (sealed)
  bool takes_back() const { return operation == Operation::Update && !named.empty(); }
  std::string idempotency_key;  // the same for each attempt at the same content, until the system has answered it
};

}  // namespace linchpin::engine
