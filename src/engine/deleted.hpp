// deleted: what follows in other systems when one no longer has its record, as the entity's on_delete: says. `detach`:
// nothing. `propagate`: where somebody deleted it and an event said so, it is put away in the others too. A record that
// vanished without a word, and everything under `review`, is a person's to decide; a record that was merged into
// another is no delete. Before a record is put away it is read: what somebody has edited since stays, and is asked
// about. What was deleted and comes back ends it.
#pragma once

#include <string>

#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// Whether a live flow writes to the record's system, and its connector can put such records away.
bool may_be_put_away(const model::Hub&, const Link&);
// The links that are to be put away since that record is gone: none while its system has another of the person.
std::vector<Link> to_be_put_away(const model::Hub&, const std::vector<Link>&, const RecordKey& deleted);

}  // namespace linchpin::engine
