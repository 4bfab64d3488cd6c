// End to end: signed webhooks of 1 to 10 events from 16 senders, each event to two sinks by one POST each. The hub, a
// Node script that commits in groups to SQLite, and Node-RED, side by side in one run and in turns (traffic.hpp is the
// world around them). Ratios count; a number from another machine says little.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct EndToEndOptions {
  std::filesystem::path program;  // linchpin
  std::filesystem::path folder;   // on the disk to measure; what is made in it is removed
  std::filesystem::path peers;    // bench/peers after `npm ci`; empty: the hub alone
  std::int64_t webhooks = 3600;   // of a turn: about 5.5 events each
  int turns = 2;
  int gentle_seconds = 10;  // at 50 events/s; 0: not
  bool red = true;          // Node-RED too
  bool kill = true;         // kill -9 in the middle of a load, for each
  bool batches = true;      // the hub once more, with sinks that take 100 records a POST
};

Result<Json> measure_end_to_end(const EndToEndOptions&);
std::string end_to_end_table(const Json& measured);

}  // namespace linchpin::bench
