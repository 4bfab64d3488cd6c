// What this machine's disk gives: the number that everything durable is held against.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::bench {

// fdatasync(2) calls per second, each after an append of 4 KiB to a new file in `folder`, one after the other.
Result<double> fdatasyncs_per_second(const std::filesystem::path& folder, milliseconds time);

// Whether files in `folder` lie in memory, where being durable costs nothing and means nothing.
bool lies_in_memory(const std::filesystem::path& folder);

}  // namespace linchpin::bench
