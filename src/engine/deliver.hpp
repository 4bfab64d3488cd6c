// deliver: from the outbox to calls. Deliveries of one kind go many to a call; one delivery at a time for one record;
// what cannot be put into the system's form is a dead letter for that field, and the rest goes on.
#pragma once

#include <string>
#include <vector>

#include "engine/connector.hpp"
#include "engine/delivery.hpp"
#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// Deliveries that one call takes, in order.
struct Load {
  ObjectName object;
  Operation operation = Operation::Update;
  std::string named;
  Priority priority = Priority::Realtime;
  std::vector<Delivery> deliveries;
};
// Groups what is due (in its order: priority, then age) into calls of at most what the system takes. `alone`:
// deliveries that were refused in company, and go by themselves.
std::vector<Load> loads(const model::Manifest&, const std::vector<Delivery>& due, const std::set<DeliveryId>& alone);

// What a delivery writes, in the system's form. `link`: the record's, null for a create or an operation.
struct Put {
  WriteItem item;
  std::vector<mapping::FieldError> errors;  // of fields that do not fit; they are left out of the item
};
Put put(const model::Hub&, const Delivery&, const Link*);

}  // namespace linchpin::engine
