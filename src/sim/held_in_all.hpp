// What every system holds when the world is at rest, and whether that is what it must hold.
#pragma once

#include "sim/held.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

std::map<Site, Holdings> held_in_all(World&);
// The first record, of whomever, that is not what it must be: in words without values; "" when all are.
std::string difference(const std::map<Site, Holdings>& is, const std::map<Site, Holdings>& must);

}  // namespace linchpin::sim
