// What many golden records cost: the end-to-end job (end_to_end.hpp) by two hubs side by side and in turns, one with
// few golden records and one with many, linked to three systems each. Bursts, events at a gentle pace, starts, kill -9,
// memory. The states are filled through the store's commit path (people.hpp). And the disk.
#pragma once

#include <filesystem>
#include <functional>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct ScaleOptions {
  std::filesystem::path program;     // linchpin
  std::filesystem::path folder;      // on the disk to measure; what is made in it is removed
  std::int64_t few = 10'000;         // golden records
  std::int64_t records = 1'000'000;  // of the other hub
  std::int64_t webhooks = 1'500;     // of a burst: about 5.5 events each
  int turns = 2;
  int gentle_seconds = 10;  // at 50 events/s
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

Result<Json> measure_scale(const ScaleOptions&);
std::string scale_table(const Json& measured);

}  // namespace linchpin::bench
