// What a change costs on its way through the engine: the simulated world (virtual time, the stores in memory, the
// vendors as functions), of which only the engine's own steps are timed: match, merge, share, sealing, the calls that
// it makes and the answers that it understands. No disk, no network.
#pragma once

#include "base/json.hpp"

namespace linchpin::bench {

struct LineOptions {
  int people = 1000;  // in the client book
  int edits = 2000;   // phones changed at HubSpot, each of which reaches Xero; everyone's turn comes again and again
  std::uint64_t seed = 1;
};

// {"first_load": {…}, "edits": {…}}: how many, the engine's processor time, and how many a second of it.
Result<Json> measure_line(const LineOptions&);
std::string line_table(const Json& measured);

}  // namespace linchpin::bench
