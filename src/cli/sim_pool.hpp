// Runs of the simulator in worker processes: a run that ends its process is a failure like any other.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/mutant.hpp"
#include "sim/simulation.hpp"

namespace linchpin::cli {

struct Task {
  sim::Plan plan;
  Mutant mutant = Mutant::None;
};
struct Ran {
  Task task;
  sim::Outcome outcome;
  double seconds = 0;
  bool cut = false;  // it took longer than a run may
};
Json to_json(const Ran&);
void warm();  // the hub files are checked once, before processes are forked

// Workers, each with a pipe to it and one from it: a task's number goes there, what became of it comes back. One that
// dies is a failure of its task, and another takes its place.
class Pool {
 public:
  using Next = std::function<std::optional<Task>()>;
  using Done = std::function<bool(const Ran&)>;  // false: enough

  Pool(int jobs, Next next, Done done) : jobs_(jobs), next_(std::move(next)), done_(std::move(done)) {
    ::signal(SIGPIPE, SIG_IGN);
  }

  void run();

 private:
  struct Worker {
    pid_t pid = 0;
    int to = -1, from = -1;
    bool busy = false;
    Task task;
    std::chrono::steady_clock::time_point began;
    std::string heard;
  };

  void give(Worker&);
  void begin(Worker&);
  static void work(int in, int out);
  void hear(Worker&);
  static void end(Worker&, int signal);

  int jobs_;
  Next next_;
  Done done_;
  bool enough_ = false;
};

}  // namespace linchpin::cli
