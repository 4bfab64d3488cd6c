// Intake of one, two and three processes of a hub on one PostgreSQL: the same senders, spread over so many of them.
#pragma once

#include <filesystem>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct SeveralOptions {
  std::filesystem::path program, folder;
  std::string store;  // postgresql://…, an empty database
  int seconds = 5;    // a turn: there are two for each count of processes
  int senders = 60;
};
Result<Json> measure_several(const SeveralOptions&);
std::string several_table(const Json&);

}  // namespace linchpin::bench
