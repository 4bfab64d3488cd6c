#include "cli/sim_workers.hpp"

#include <fstream>
#include <iostream>

#include "cli/command.hpp"
#include "cli/sim_pool.hpp"

namespace linchpin::cli {
namespace {

using sim::Outcome;
using sim::Plan;
using Clock = std::chrono::steady_clock;

struct Tally {
  std::int64_t runs = 0, failed = 0, idle = 0, steps = 0, crashes = 0, calls = 0, edits = 0;
  double virtual_s = 0, run_s = 0;
  void add(const Ran& r) {
    ++runs;
    failed += !r.outcome.held;
    idle += r.outcome.edits == 0;  // it ended before the first load had: people come after it
    steps += r.outcome.engine_steps;
    crashes += r.outcome.crashes;
    calls += r.outcome.calls;
    edits += r.outcome.edits;
    virtual_s += static_cast<double>(r.outcome.passed.count()) / 1000;
    run_s += r.seconds;
  }
};

void tell(const Ran& r, bool json) {
  if (json) {
    std::cout << canonical(to_json(r)) << std::endl;
  } else if (!r.outcome.held) {
    std::cout << sim::to_text(r.task.plan) << "   # " << r.outcome.broken << " at step " << r.outcome.step << ": "
              << r.outcome.what << std::endl;
  }
}

void tell(const Tally& t, double seconds, bool json) {
  if (json) return;
  char line[256];
  std::snprintf(
      line, sizeof line,
      "%ld runs, %ld failed · %ld engine steps, %ld crashes, %ld calls, %ld acts of people (none in %ld runs) · %.0f h "
      "of virtual time in %.1f s, %.0f times faster than real",
      static_cast<long>(t.runs), static_cast<long>(t.failed), static_cast<long>(t.steps), static_cast<long>(t.crashes),
      static_cast<long>(t.calls), static_cast<long>(t.edits), static_cast<long>(t.idle), t.virtual_s / 3600, seconds,
      t.virtual_s / std::max(t.run_s, 1e-9));
  std::cout << line << std::endl;
}

void keep(const std::string& corpus, const Ran& r) {
  if (corpus.empty()) return;
  std::ofstream file(corpus, std::ios::app);
  Plan plan = r.task.plan;
  plan.allowed = sim::Swarm(plan).chosen();  // by name: it stays what it is when others are thought of
  file << sim::to_text(plan) << "   # " << r.outcome.broken << ": " << r.outcome.what << "\n";
  file.flush();
  std::cerr << (file ? "added to " : "cannot be added to ") << corpus << std::endl;
}

// In a process of its own: a run that ends it is a failure like any other.
Ran one_run(const Plan& plan) {
  std::optional<Task> task{Task{plan}};
  Ran ran;
  Pool(1, [&] { return std::exchange(task, std::nullopt); }, [&](const Ran& r) { return ran = r, true; }).run();
  return ran;
}

int run_all(const SimJob& job, const Pool::Next& next, bool keeps) {
  Tally tally;
  std::vector<Ran> failures;
  const auto began = Clock::now();
  Pool(job.jobs, next, [&](const Ran& r) {
    tally.add(r);
    tell(r, job.json);
    if (!r.outcome.held) {
      failures.push_back(r);
      if (keeps) keep(job.corpus, r);
    }
    return true;
  }).run();
  tell(tally, std::chrono::duration<double>(Clock::now() - began).count(), job.json);
  if (job.minimise)
    for (const Ran& r : failures) {
      const auto run = [](const Plan& plan) { return one_run(plan).outcome; };
      const Ran smallest = one_run(sim::minimise(r.task.plan, r.outcome, 200, run));
      std::cout << "smallest: ";
      tell(smallest, job.json);
    }
  return failures.empty() ? 0 : 1;
}

}  // namespace

int sim_seeds(const SimJob& job) {
  warm();
  std::uint64_t seed = job.first;
  return run_all(
      job,
      [&]() -> std::optional<Task> {
        if (seed > job.last) return std::nullopt;
        Task task{job.plan};
        task.plan.seed = seed++;
        return task;
      },
      true);
}

int sim_hours(const SimJob& job, double hours) {
  warm();
  const auto end = Clock::now() + std::chrono::duration<double, std::ratio<3600>>(hours);
  // Fresh: from the time, so that each night looks elsewhere.
  std::uint64_t seed = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  seed *= 1'000;
  if (!job.json) std::cout << "fresh seeds from " << seed << std::endl;
  return run_all(
      job,
      [&]() -> std::optional<Task> {
        if (Clock::now() >= end) return std::nullopt;
        Task task{job.plan};
        task.plan.seed = seed++;
        return task;
      },
      true);
}

// A line of the file is a plan as a failure prints it; what comes after # is for the reader.
int sim_corpus(const SimJob& job) {
  std::ifstream file(job.corpus);
  if (!file) return failed({Code::NotFound, "there is no file " + job.corpus, {}, "--corpus names a file of plans."});
  std::vector<Plan> plans;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    Result<std::optional<Plan>> plan = sim::parse_plan(line);
    if (!plan)
      return failed({Code::InvalidArgument,
                     job.corpus + ":" + std::to_string(number) + ": " + plan.error().what,
                     {},
                     plan.error().fix});
    if (*plan) plans.push_back(**plan);
  }
  if (plans.empty())
    return failed({Code::InvalidArgument, job.corpus + " holds no plan", {}, "--corpus names a file of plans."});
  warm();
  std::size_t at = 0;
  return run_all(
      job,
      [&]() -> std::optional<Task> {
        if (at == plans.size()) return std::nullopt;
        return Task{plans[at++]};
      },
      false);
}

int sim_trace(const SimJob& job) {
  if (!job.mutant.empty()) {
    const MutantSpec* m = find_mutant(job.mutant);
    if (!m) return no_such_mutant(job.mutant);
    plant(m->mutant);
  }
  Ran r{{job.plan}, {}, 0, false};
  const auto began = Clock::now();
  r.outcome = sim::simulate(job.plan, [](const std::string& line) { std::cout << line << "\n"; });
  r.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  tell(r, job.json);
  return r.outcome.held ? 0 : 1;
}

}  // namespace linchpin::cli
