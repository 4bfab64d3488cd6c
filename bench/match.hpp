// What matching costs, and how well it does, on labelled books that are made for it: comparisons a second on one core,
// records a second from files' values to golden records, memory, and the figures of the partition.
#pragma once

#include <filesystem>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct MatchOptions {
  std::size_t records = 10'000;
  std::uint64_t seed = 1;
  std::filesystem::path write;  // also writes the book's files there
};

Result<Json> measure_match(const MatchOptions&);
std::string match_table(const Json& measured);

}  // namespace linchpin::bench
