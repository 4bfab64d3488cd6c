// Direct flows: from an object of one system straight to an operation of another, with no golden record between them.
//
// What runs is the line that everything else goes through: each such flow has an entity of its own with one mapping, of
// the source's object. What its records said last is kept there, sealed, so that a change is told from an echo and from
// a redelivery; no rule matches them, nothing is merged into them, and no app reads them.
#pragma once

#include "model/hub.hpp"

namespace linchpin::model {

// "direct.notify-bookkeeper": a name that no file can give.
EntityName direct_entity(const FlowName&);
bool is_direct(const EntityName&);

// Whether a flow reads systems by itself: it keeps an entity, or is direct.
bool reads(const Flow&);

}  // namespace linchpin::model
