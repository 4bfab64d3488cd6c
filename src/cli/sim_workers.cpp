#include "cli/sim_workers.hpp"

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "base/log.hpp"
#include "base/mutant.hpp"
#include "cli/command.hpp"
#include "model/nearest.hpp"
#include "sim/hubs.hpp"

namespace linchpin::cli {
namespace {

using sim::Outcome;
using sim::Plan;
using Clock = std::chrono::steady_clock;

// Of the processor, so that a laden machine calls nothing a hang.
constexpr time_t run_most_s = 120;        // a run that takes longer hangs
constexpr time_t mutant_run_most_s = 30;  // a defect may make two systems answer each other without end

struct Task {
  Plan plan;
  Mutant mutant = Mutant::None;
};
struct Ran {
  Task task;
  Outcome outcome;
  double seconds = 0;
  bool cut = false;  // it took longer than a run may
};

Json to_json(const Ran& r) {
  const Outcome& o = r.outcome;
  return Json::object({{"seed", static_cast<std::int64_t>(r.task.plan.seed)},
                       {"held", o.held},
                       {"broken", o.broken},
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

Outcome from_json(const Json& j) {
  Outcome o;
  o.held = j["held"].boolean();
  o.broken = j["broken"].text();
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

void warm() {
  for (std::size_t kind = 0; kind < sim::hub_kinds; ++kind)
    for (const char* mode : {"live", "shadow", "link", "off"})
      if (const auto hub = sim::hub_of(kind, mode); !hub) (void)failed(hub.error());
}

// Workers, each with a pipe to it and one from it: a task's number goes there, what became of it comes back. One that
// dies is a failure of its task, and another takes its place.
class Pool {
 public:
  using Next = std::function<std::optional<Task>()>;
  using Done = std::function<bool(const Ran&)>;  // false: enough

  Pool(int jobs, Next next, Done done) : jobs_(jobs), next_(std::move(next)), done_(std::move(done)) {
    ::signal(SIGPIPE, SIG_IGN);
  }

  void run() {
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

 private:
  struct Worker {
    pid_t pid = 0;
    int to = -1, from = -1;
    bool busy = false;
    Task task;
    Clock::time_point began;
    std::string heard;
  };

  void give(Worker& w) {
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

  void begin(Worker& w) {
    int to[2], from[2];
    if (::pipe(to) != 0 || ::pipe(from) != 0) std::exit(3);
    std::cout.flush();
    w.pid = ::fork();
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

  static void work(int in, int out) {
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

  void hear(Worker& w) {
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
      r.outcome.what =
          signal == SIGPROF ? "it takes for ever" : "the process ended by signal " + std::to_string(signal);
      w = Worker{};
    } else {
      w.heard.append(buffer, static_cast<std::size_t>(got));
      const std::size_t end_of_line = w.heard.find('\n');
      if (end_of_line == std::string::npos) return;
      if (const Result<Json> told = parse_json(w.heard.substr(0, end_of_line))) r.outcome = from_json(*told);
      w.heard.erase(0, end_of_line + 1);
    }
    if (!done_(r)) enough_ = true;
    give(w);
  }

  static void end(Worker& w, int signal) {
    if (w.pid == 0) return;
    ::close(w.to);
    ::close(w.from);
    ::kill(w.pid, signal);
    ::waitpid(w.pid, nullptr, 0);
    w.pid = 0;
  }

  int jobs_;
  Next next_;
  Done done_;
  bool enough_ = false;
};

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
  file << sim::to_text(r.task.plan) << "   # " << r.outcome.broken << ": " << r.outcome.what << "\n";
  file.flush();
  std::cerr << (file ? "added to " : "cannot be added to ") << corpus << std::endl;
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
    for (Ran r : failures) {
      r.task.plan = sim::minimise(r.task.plan, r.outcome, 200);
      r.outcome = sim::simulate(r.task.plan);
      std::cout << "smallest: ";
      tell(r, job.json);
    }
  return failures.empty() ? 0 : 1;
}

// Looks for seeds that catch planted defects. One that fails without any shows nothing, so that those that catch one
// run without it too; nor does a run that was cut short, which a busy machine may have been the reason of.
class Hunt {
 public:
  explicit Hunt(const SimJob& job) : job_(job) {}

  // Each of them by its own seed, all at once.
  void try_known(const std::vector<const MutantSpec*>& wanted) {
    std::vector<Task> tasks;
    std::set<std::uint64_t> seeds;
    for (const MutantSpec* m : wanted)
      if (m->seed != 0) tasks.push_back(task(m->seed, m->mutant)), seeds.insert(m->seed);
    for (const std::uint64_t seed : seeds) tasks.push_back(task(seed, Mutant::None));
    run(tasks);
  }

  // One by one seed, up to the first that catches it.
  void look(const MutantSpec& m, std::uint64_t first, std::uint64_t last) {
    std::uint64_t seed = first;
    while (!caught_by(m) && seed <= last) {
      Pool(
          job_.jobs,
          [&]() -> std::optional<Task> {
            while (seed <= last && ran_.contains({m.mutant, seed})) ++seed;
            if (seed > last) return std::nullopt;
            return task(seed++, m.mutant);
          },
          [&](const Ran& r) {
            ran_[{r.task.mutant, r.task.plan.seed}] = r;
            return !caught(r);
          })
          .run();
      std::vector<Task> unknown;
      for (const auto& [key, r] : ran_)
        if (key.first == m.mutant && caught(r) && !ran_.contains({Mutant::None, key.second}))
          unknown.push_back(task(key.second, Mutant::None));
      run(unknown);
    }
  }

  const Ran* caught_by(const MutantSpec& m) const {
    for (const auto& [key, r] : ran_) {
      if (key.first != m.mutant || !caught(r)) continue;
      const auto without = ran_.find({Mutant::None, key.second});
      if (without != ran_.end() && without->second.outcome.held) return &r;
    }
    return nullptr;
  }

 private:
  static bool caught(const Ran& r) { return !r.outcome.held && !r.cut; }
  Task task(std::uint64_t seed, Mutant mutant) const {
    Task task{job_.plan, mutant};
    task.plan.seed = seed;
    return task;
  }
  void run(const std::vector<Task>& tasks) {
    std::size_t at = 0;
    Pool(
        job_.jobs,
        [&]() -> std::optional<Task> { return at == tasks.size() ? std::nullopt : std::optional<Task>(tasks[at++]); },
        [&](const Ran& r) {
          ran_[{r.task.mutant, r.task.plan.seed}] = r;
          return true;
        })
        .run();
  }

  const SimJob& job_;
  std::map<std::pair<Mutant, std::uint64_t>, Ran> ran_;
};

int no_such_mutant(const std::string& name) {
  std::vector<std::string> names;
  for (const MutantSpec& m : mutants()) names.emplace_back(m.name);
  return failed({Code::NotFound,
                 "there is no mutant '" + name + "'",
                 {},
                 model::suggestion(name, names) + " --mutants lists them."});
}

constexpr std::uint64_t seeds_most = 200;  // that a mutant may need
constexpr const char* table = "src/base/mutants.def";

// The seeds that caught them, into the lines of the table.
Result<void> write_seeds(const std::map<std::string, std::uint64_t>& seeds) {
  std::ifstream file(table);
  if (!file) return fail(Code::NotFound, std::string("there is no file ") + table, "Run it at the root of the tree.");
  std::string all, line;
  while (std::getline(file, line)) {
    const std::size_t name = line.starts_with("MUTANT(") ? 7 : std::string::npos;
    const std::size_t after = name == std::string::npos ? name : line.find(", ", line.find(", ") + 2);
    if (after != std::string::npos)
      if (const auto seed = seeds.find(line.substr(name, line.find(',') - name)); seed != seeds.end())
        line.replace(after + 2, line.find(',', after + 2) - after - 2, std::to_string(seed->second));
    all += line + "\n";
  }
  file.close();
  std::ofstream(table) << all;
  return {};
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

int sim_mutants(const SimJob& job, bool these_seeds, bool write) {
  std::vector<const MutantSpec*> wanted;
  for (const MutantSpec& m : mutants())
    if (job.mutant == "all" || job.mutant == m.name || (job.mutant == "known" && m.seed != 0)) wanted.push_back(&m);
  if (wanted.empty()) return no_such_mutant(job.mutant);
  warm();
  Hunt hunt(job);
  if (!these_seeds) hunt.try_known(wanted);
  std::map<std::string, std::uint64_t> seeds;
  std::size_t survived = 0;
  for (const MutantSpec* m : wanted) {
    hunt.look(*m, these_seeds ? job.first : 1, these_seeds ? job.last : seeds_most);
    const Ran* caught = hunt.caught_by(*m);
    if (!caught) {
      ++survived;
      std::cout << m->name << ": survived" << std::endl;
      continue;
    }
    const std::uint64_t seed = caught->task.plan.seed;
    seeds[std::string(m->name)] = seed;
    if (job.json)
      std::cout << canonical(to_json(*caught).with("mutant", std::string(m->name))) << std::endl;
    else
      std::cout << m->name << ": caught by seed " << seed
                << (these_seeds || m->seed == 0 || m->seed == seed
                        ? ""
                        : " (not by " + std::to_string(m->seed) + ", its own)")
                << ", " << caught->outcome.broken << ": " << caught->outcome.what << std::endl;
  }
  if (job.mutant == "known")
    for (const MutantSpec& m : mutants())
      if (m.seed == 0) std::cout << m.name << ": no seed that catches it is known yet" << std::endl;
  if (survived > 0) std::cout << survived << " of " << wanted.size() << " survived: a check is missing" << std::endl;
  if (write)
    if (const Result<void> written = write_seeds(seeds); !written) return failed(written.error());
  return survived > 0 ? 1 : 0;
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
