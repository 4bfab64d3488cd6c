// Runs of the simulator, in worker processes: a seed that breaks the process is a failure like any other.
#pragma once

#include <string>

#include "base/mutant.hpp"
#include "sim/simulation.hpp"

namespace linchpin::cli {

inline constexpr int mutant_steps = 600;  // with which the seeds of mutants.def catch theirs

struct SimJob {
  sim::Plan plan;  // its seed is set for each run
  std::uint64_t first = 1, last = 1;
  int jobs = 2;
  bool json = false, minimise = false;
  std::string corpus, mutant;
};

// Each prints what it did and gives the exit status.
int sim_seeds(const SimJob&);                // first to last
int sim_hours(const SimJob&, double hours);  // fresh seeds, from the time
int sim_corpus(const SimJob&);               // the plans of a file
// One or all: on `first` to `last`, or on the seed that is known to catch it and then on 1 to 200. `write`: what was
// found goes into the table.
int sim_mutants(const SimJob&, bool these_seeds, bool write);
int sim_trace(const SimJob&);
int no_such_mutant(const std::string& name);
std::string_view seen_by(Mutant);  // the checker that mutants.def names

}  // namespace linchpin::cli
