// A record out of a system's JSON, by the manifest's `record`.
#pragma once

#include <optional>

#include "connect/protocol.hpp"
#include "engine/change.hpp"

namespace linchpin::connect {

std::optional<engine::Record> read_record(const RecordShape&, const Json& body);  // nothing when it has no id

}  // namespace linchpin::connect
