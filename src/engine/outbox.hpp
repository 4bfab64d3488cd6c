// outbox: joins what should be written now with what already waits to be written. One delivery at a time for one record
// in one system: what is under way is left alone, and what is still needed is computed again when it has been
// confirmed.
#pragma once

#include <vector>

#include "engine/delivery.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

struct Cause {  // what the deliveries come from
  ChangeId change;
  Instant seen{};  // the source's time
  Instant now{};
};
struct Outboxed {
  std::vector<Delivery> put;  // new ones have id 0
  std::vector<DeliveryId> dropped;
};
// `existing`: every delivery of this golden record.
Outboxed outbox(const Golden&, const std::vector<Delivery>& existing, const std::vector<Intent>&, const Cause&);

}  // namespace linchpin::engine
