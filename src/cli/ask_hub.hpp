// Asks a hub: through its socket when it runs, over its store when it does not.
#pragma once

#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/command.hpp"

namespace linchpin::cli {

Result<Json> ask_hub(const Where&, const Json& command);

// Whether a hub answers on the folder's socket.
bool hub_runs(const std::string& folder);

}  // namespace linchpin::cli
