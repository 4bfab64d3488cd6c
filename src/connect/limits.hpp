// The budget that a system gives: as its manifest declares it, and as its answers say what is left.
#pragma once

#include <vector>

#include "base/http.hpp"
#include "connect/protocol.hpp"
#include "engine/connector.hpp"

namespace linchpin::connect {

engine::Limits limits_of(const Protocol&);
std::vector<engine::Remaining> remaining_in(const Protocol&, const Answer&);

}  // namespace linchpin::connect
