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

}  // namespace linchpin::engine
