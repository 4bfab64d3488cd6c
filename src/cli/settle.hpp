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

// Where no hub runs: the systems are read and linked, as the hub would, and nothing is written to any of them; then
// `command` is asked. An error when a system has not answered for as long as `patience` lasts. Afterwards the
// hub is as it was; after an error it is not to be used.
Result<Json> read_and_ask(OpenHub&, const std::string& patience, const Json& command);

}  // namespace linchpin::cli
