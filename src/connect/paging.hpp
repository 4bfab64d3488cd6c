// How a list goes on after a page.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "connect/protocol.hpp"
#include "engine/change.hpp"

namespace linchpin::connect {

// The cursor of the page after `cursor`; "" at the end. `body` is the page's, `records` what was read from it. An error
// says in what a page contradicts itself: it holds fewer records than it must by its own count, or it is followed by
// itself. Neither is the end of a list, which would leave out everybody behind it.
Result<std::string> next_cursor(const Next&, const std::string& cursor, const Json& body,
                                const std::vector<engine::Record>& records);

}  // namespace linchpin::connect
