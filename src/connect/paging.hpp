// How a list goes on after a page.
#pragma once

#include <string>
#include <vector>

#include "connect/protocol.hpp"
#include "engine/change.hpp"

namespace linchpin::connect {

// The cursor of the page after `cursor`; "" at the end. `body` is the page's, `records` what was read from it.
std::string next_cursor(const Next&, const std::string& cursor, const Json& body,
                        const std::vector<engine::Record>& records);

}  // namespace linchpin::connect
