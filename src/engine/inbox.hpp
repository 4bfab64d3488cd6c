// inbox: from what came to what happened. Opens an entry, understands it by its connector, and tells redelivered events
// from new ones (vendors sign each retry anew, so duplicates are found by event, after parsing).
#pragma once

#include <vector>

#include "engine/connector.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

// The events of an entry, in their order: the item number of each is its index. EventUnreadable when it does not parse,
// is too deep, names a key twice or is not what the connector's manifest says: a dead letter, never a 4xx.
Result<std::vector<Event>> unpack(const InboxEntry&, const Connector&, const Credential&, Keys&);

// An entry by which the hub asks itself to read records again (after a review's answer, a dead letter's retry): it goes
// the way of every change, so it survives a restart. One entry for the records of one system.
Result<InboxEntry> read_again_entry(const SystemName&, const std::vector<RecordKey>&, Keys&, Instant now);

// What tells one event from another, keyed: 32 bytes under a key of the hub.
std::string event_digest(const SystemName&, const Event&, Keys&);
// And one body from another, where no event is to be had of it.
Result<std::string> body_digest(const InboxEntry&, Keys&);

}  // namespace linchpin::engine
