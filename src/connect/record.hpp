// A record out of a system's JSON, by the manifest's `record`.
#pragma once

#include <optional>

#include "connect/protocol.hpp"
#include "engine/change.hpp"

namespace linchpin::connect {

std::optional<engine::Record> read_record(const RecordShape&, const Json& body);  // nothing when it has no id

// Whether a value, or one in a list, is this id.
bool names(const Json& value, const std::string& id);

}  // namespace linchpin::connect
