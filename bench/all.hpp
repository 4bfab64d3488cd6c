// Every measurement once and briefly, and one table of all bars: the figure, the limit that was measured in the same
// run, the bar, and whether it holds. For a look at the whole; for a number to believe, each by itself and longer.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct AllOptions {
  std::filesystem::path program;  // linchpin
  std::filesystem::path folder;   // on the disk to measure
  std::filesystem::path peers;    // bench/peers after `npm ci`; empty: without the peers of Node
  std::string store;              // an empty PostgreSQL database; empty: without `several`
  // Told each measurement's name before it, and its own table after it.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

// {"measured": {name: …}, "bars": […], "left_out": […]}: what could not be measured is left out, with its reason.
Result<Json> measure_all(const AllOptions&);
std::string all_table(const Json& measured);

}  // namespace linchpin::bench
