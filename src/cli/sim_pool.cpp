#include "cli/sim_pool.hpp"

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "cli/command.hpp"
#include "sim/hubs.hpp"

namespace linchpin::cli {
namespace {

using sim::Outcome;
using Clock = std::chrono::steady_clock;

// Of the processor, so that a laden machine calls nothing a hang.
constexpr time_t run_most_s = 120;        // a run that takes longer hangs
constexpr time_t mutant_run_most_s = 30;  // a defect may make two systems answer each other without end

Outcome from_json(const Json& j) {
  Outcome o;
  o.held = j["held"].boolean();
  o.broken = j["broken"].text();
  for (const auto& [by, what] : j["seen_by"].members()) o.seen_by.emplace(by, what.text());
  o.what = j["what"].text();
  o.step = static_cast<int>(j["step"].integer().value_or(0));
  o.digest = j["digest"].text();
  o.passed = milliseconds(j["passed_ms"].integer().value_or(0));
  o.engine_steps = j["engine_steps"].integer().value_or(0);
  o.calls = j["calls"].integer().value_or(0);
  o.commits = j["commits"].integer().value_or(0);
  o.crashes = j["crashes"].integer().value_or(0);
  o.edits = j["edits"].integer().value_or(0);
  return o;
}

// The process ends by SIGPROF once it has used so many seconds more; 0: it may go on.
void most_of_processor(time_t seconds) {
  const itimerval most{{}, {seconds, 0}};
  ::setitimer(ITIMER_PROF, &most, nullptr);
}

}  // namespace

Json to_json(const Ran& r) {
  const Outcome& o = r.outcome;
  return Json::object({{"seed", static_cast<std::int64_t>(r.task.plan.seed)},
                       {"held", o.held},
                       {"broken", o.broken},
                       {"seen_by", Json(Json::Object(o.seen_by.begin(), o.seen_by.end()))},
                       {"what", o.what},
                       {"step", o.step},
                       {"digest", o.digest},
                       {"passed_ms", o.passed.count()},
                       {"engine_steps", o.engine_steps},
                       {"calls", o.calls},
                       {"commits", o.commits},
                       {"crashes", o.crashes},
                       {"edits", o.edits},
                       {"took_ms", static_cast<std::int64_t>(r.seconds * 1000)},
                       {"repeat", sim::to_text(r.task.plan)}});
}

void warm() {
  for (std::size_t kind = 0; kind < sim::hub_kinds; ++kind)
    for (const char* mode : {"live", "shadow", "link", "off"})
      if (const auto hub = sim::hub_of(kind, mode); !hub) (void)failed(hub.error());
}

void Pool::run() {
  std::vector<Worker> workers(static_cast<std::size_t>(jobs_));
  for (Worker& w : workers) give(w);
  for (;;) {
    fd_set set;
    FD_ZERO(&set);
    int most = -1;
    for (const Worker& w : workers)
      if (w.busy) FD_SET(w.from, &set), most = std::max(most, w.from);
    if (most < 0) break;
    if (::select(most + 1, &set, nullptr, nullptr, nullptr) < 0) continue;
    for (Worker& w : workers)
      if (w.busy && FD_ISSET(w.from, &set)) hear(w);
  }
  for (Worker& w : workers) end(w, SIGTERM);
}

void Pool::give(Worker& w) {
  w.busy = false;
  if (enough_) return;
  std::optional<Task> task = next_();
  if (!task) return;
  w.task = *task;
  w.began = Clock::now();
  w.busy = true;
  if (w.pid == 0) begin(w);
  const std::string line = std::to_string(w.task.plan.seed) + " " + std::to_string(w.task.plan.steps) + " " +
                           std::to_string(w.task.plan.people) + " " + w.task.plan.allowed.to_string() + " " +
                           std::to_string(static_cast<int>(w.task.mutant)) + "\n";
  (void)!::write(w.to, line.data(), line.size());
}

void Pool::begin(Worker& w) {
  int to[2], from[2];
  if (::pipe(to) != 0 || ::pipe(from) != 0) std::exit(3);
  std::cout.flush();
  w.pid = ::fork();
  if (w.pid < 0) {
    std::cerr << "linchpin sim: no process can be started\n";
    std::exit(3);
  }
  if (w.pid == 0) {
    ::close(to[1]);
    ::close(from[0]);
    work(to[0], from[1]);
    ::_exit(0);
  }
  ::close(to[0]);
  ::close(from[1]);
  w.to = to[1], w.from = from[0];
}

void Pool::work(int in, int out) {
  FILE* lines = ::fdopen(in, "r");
  std::uint64_t seed;
  int steps, people, mutant_number;
  char faults[64];
  static_assert(sim::fault_count < sizeof faults);
  while (lines &&
         std::fscanf(lines, "%" SCNu64 " %d %d %63s %d", &seed, &steps, &people, faults, &mutant_number) == 5) {
    Ran r;
    r.task.plan = {seed, steps, people, sim::FaultSet(faults)};
    r.task.mutant = static_cast<Mutant>(mutant_number);
    plant(r.task.mutant);
    const auto began = Clock::now();
    most_of_processor(r.task.mutant == Mutant::None ? run_most_s : mutant_run_most_s);
    r.outcome = sim::simulate(r.task.plan);
    most_of_processor(0);
    r.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    const std::string line = canonical(to_json(r)) + "\n";
    (void)!::write(out, line.data(), line.size());
  }
}

void Pool::hear(Worker& w) {
  char buffer[4096];
  const ssize_t got = ::read(w.from, buffer, sizeof buffer);
  Ran r{w.task, {}, std::chrono::duration<double>(Clock::now() - w.began).count(), false};
  if (got <= 0) {  // it died over this one
    int status = 0;
    ::waitpid(w.pid, &status, 0);
    ::close(w.to);
    ::close(w.from);
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    r.cut = signal == SIGPROF;
    r.outcome.held = false;
    r.outcome.broken = signal == SIGPROF ? "Rest" : "Engine";
    r.outcome.what = signal == SIGPROF ? "it takes for ever" : "the process ended by signal " + std::to_string(signal);
    w = Worker{};
  } else {
    w.heard.append(buffer, static_cast<std::size_t>(got));
    const std::size_t end_of_line = w.heard.find('\n');
    if (end_of_line == std::string::npos) return;
    if (const Result<Json> told = parse_json(w.heard.substr(0, end_of_line)))
      r.outcome = from_json(*told);
    else
      r.outcome.held = false, r.outcome.broken = "Engine", r.outcome.what = "its outcome cannot be read";
    w.heard.erase(0, end_of_line + 1);
  }
  if (!done_(r)) enough_ = true;
  give(w);
}

void Pool::end(Worker& w, int signal) {
  if (w.pid == 0) return;
  ::close(w.to);
  ::close(w.from);
  ::kill(w.pid, signal);
  ::waitpid(w.pid, nullptr, 0);
  w.pid = 0;
}

}  // namespace linchpin::cli
