// One run of the simulator: the real engine, connectors and vendors through a number of steps with faults, then rest,
// then the judgement. A failure is a value that names the invariant and the plan that repeats it.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/time.hpp"
#include "sim/plan.hpp"

namespace linchpin::sim {

struct Outcome {
  bool held = true;
  std::string broken;  // the name of an invariant; "Rest": the world did not come to rest; "Engine": it gave up
  std::map<std::string, std::string> seen_by;  // what each checker saw then, first: "Kept (EchoIsSilent)" and its words
  std::string what;                            // one line: records by their ids, never values
  int step = 0;                                // when; the plan's steps when it was found after them
  std::string digest;                          // of all that left the hub, with its times
  milliseconds passed{0};                      // of virtual time
  std::int64_t engine_steps = 0, calls = 0, commits = 0, crashes = 0, edits = 0;
};

using Trace = std::function<void(const std::string&)>;  // a line for each act and restart; ids, never values
Outcome simulate(const Plan&, const Trace& = {});

// The smallest plan found that fails alike (the same complaint, of whomever): fewer steps, faults, people. Runs at most
// `most` of them, by `run`: in processes of their own, where a failure may be the end of the process.
Plan minimise(const Plan&, const Outcome& failed, int most, const std::function<Outcome(const Plan&)>& run);

}  // namespace linchpin::sim
