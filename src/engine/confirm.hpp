// confirm: what the system returned is the new base (vendors normalise what they are given), and what we gave is kept
// beside it: while the golden value is that, the record agrees. That is how an echo is known.
#pragma once

#include <optional>

#include "engine/change.hpp"
#include "engine/delivery.hpp"
#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// One attempt has its answer: it will not land any more.
void attempt_ended(Tried&, const Values& sent);

// The link after a confirmed delivery. `before`: the link as it was; nothing after a create. `record`: what the system
// now holds, as far as it said; only members that it returned are taken. One without a body was only found: what was
// sent counts as tried, and what it holds by now is to be read.
Link confirm(const model::Hub&, const Delivery&, const std::optional<Link>& before, const std::optional<Record>& record,
             Instant now);

// What the record holds now of the members that its mapping touches, in the system's form. Where somebody changed there
// what we only send, it is to be compared anew.
void held_now(const mapping::Mapping&, Link&, Json held);

// What the record holds in a field that its mapping only sends, as the value that sent would make it hold that; nothing
// where there is no such value, or what it holds there was never read.
std::optional<Value> held_as_sent(const mapping::FieldMapping&, const Link&);
// The link, with that as its base in each such field.
std::optional<Link> with_sent(const mapping::Mapping&, std::optional<Link>);

}  // namespace linchpin::engine
