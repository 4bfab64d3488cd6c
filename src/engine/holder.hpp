// Who holds a value that a system takes once, and that a mapping numbers where it is taken ("Ann Lee (2)"): the records
// that the hub knows are found by it, without a question to the system.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

// The space of such keys, of a path in a system's object, and the key of a value: whatever its letters' case.
EntityName holder_space(const SystemName&, const ObjectName&, const std::string& at);
std::string holder_key(std::string_view value, Keys&);

}  // namespace linchpin::engine
