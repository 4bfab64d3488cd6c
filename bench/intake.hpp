// How many signed webhooks a second the hub takes, sealed and durable, beside what this machine can give (a bare
// server, the disk) and beside a Node script that commits in groups to SQLite. And that nothing is taken before the hub
// is ready.
#pragma once

#include <filesystem>

#include "base/json.hpp"

namespace linchpin::bench {

struct IntakeOptions {
  std::filesystem::path program;  // linchpin itself
  std::filesystem::path folder;   // on the disk that is measured; a folder is made in it and removed
  std::filesystem::path peers;    // bench/peers after `npm ci`; empty: without the script
  int seconds = 5;                // a turn; each count of senders has two of each server
  std::vector<int> senders{1, 16, 64};
};

// Runs it: {"machine": …, "rounds": […], "hub": …, "bars": […], "left_out": […]}. An error when the hub refused or lost
// a webhook: then its folder is kept, and the error names it.
Result<Json> measure_intake(const IntakeOptions&);
// The same for people.
std::string intake_table(const Json& measured);

}  // namespace linchpin::bench
