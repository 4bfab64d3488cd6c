// A run that should end: it goes on until nothing is outstanding, and says what it waits for.
#pragma once

#include <atomic>
#include <string_view>

#include "cli/engine_loop.hpp"
#include "cli/standstill.hpp"

namespace linchpin::cli {

// Quiet for a whole second: webhooks of our own last writes come back a moment later. False when it was stopped; an
// error when there is nothing to wait for.
Result<bool> settle(EngineLoop&, Standstill&, std::string_view what, const std::atomic<bool>& stopped);

}  // namespace linchpin::cli
