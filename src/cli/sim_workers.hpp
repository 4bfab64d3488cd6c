// Runs of the simulator, in worker processes: a seed that breaks the process is a failure like any other.
#pragma once

#include <string>

#include "sim/simulation.hpp"

namespace linchpin::cli {

struct SimJob {
  sim::Plan plan;  // its seed is set for each run
  std::uint64_t first = 1, last = 1;
  int jobs = 2;
  bool json = false, minimise = false;
  std::string corpus, mutant;
};

// Each prints what it did and gives the exit status.
int sim_seeds(const SimJob&);                      // first to last
int sim_hours(const SimJob&, double hours);        // fresh seeds, from the time
int sim_corpus(const SimJob&);                     // the plans of a file
int sim_mutants(const SimJob&, bool these_seeds);  // one or all: on `first` to `last`, or on the seed that catches it
int sim_trace(const SimJob&);

}  // namespace linchpin::cli
