// The simulator's own program, which `linchpin sim` starts. Seeds are run by worker processes, each seed by itself;
// what fails is told by one line that repeats it. Exit status: 0 nothing failed (with a mutant: it was caught), 1
// something did, 2 a mistake of the user's.
#include <iostream>

#include "base/mutant.hpp"
#include "cli/command.hpp"
#include "cli/sim_workers.hpp"

namespace {

using namespace linchpin;

struct Asked {
  std::uint64_t seed = 0;
  std::string seeds, faults = "all", mutant, corpus;
  int steps = 2000, people = 0, jobs = 2;
  double hours = 0;
  bool json = false, minimise = false, trace = false, mutants = false, write = false, faults_listed = false;
};

constexpr std::uint64_t seed_most = 999'999'999'999'999'999;  // as many digits as a plan's line may have

bool range(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
  const std::size_t dots = text.find("..");
  try {
    std::size_t used = 0;
    first = std::stoull(text, &used);
    if (dots == std::string::npos) {
      last = first;
      return used == text.size();
    }
    if (used != dots) return false;
    last = std::stoull(text.substr(dots + 2), &used);
    return dots + 2 + used == text.size() && first <= last && last <= seed_most && text.find('-') == std::string::npos;
  } catch (const std::exception&) {
    return false;
  }
}

int list_mutants() {
  for (const MutantSpec& m : mutants())
    std::cout << m.name << "  " << to_text(m.breaks) << "  " << cli::seen_by(m.mutant) << "  seed " << m.seed << "  "
              << m.what << "\n";
  return 0;
}

int list_faults() {
  for (std::size_t i = 0; i < sim::fault_count; ++i)
    std::cout << to_text(static_cast<sim::Fault>(i)) << "  " << told(static_cast<sim::Fault>(i)) << "\n";
  return 0;
}

Result<int> simulate(const Asked& asked, bool seeds_given, bool hours_given) {
  cli::SimJob job;
  job.plan = {.seed = asked.seed,
              .steps = asked.steps,
              .people = asked.people,
              .allowed = TRY(sim::parse_faults(asked.faults))};
  job.jobs = asked.jobs;
  job.json = asked.json;
  job.minimise = asked.minimise;
  job.corpus = asked.corpus;
  job.mutant = asked.mutant;
  if (asked.trace) return cli::sim_trace(job);
  job.first = job.last = asked.seed;
  if (!asked.seeds.empty() && !range(asked.seeds, job.first, job.last))
    return fail(Code::InvalidArgument, "--seeds is not A..B", "For example --seeds 1..100");
  if (hours_given) return cli::sim_hours(job, asked.hours);
  if (!seeds_given && !asked.corpus.empty()) return cli::sim_corpus(job);
  if (!asked.mutant.empty()) return cli::sim_mutants(job, seeds_given, asked.write);
  if (!seeds_given) job.first = 1, job.last = 100;
  return cli::sim_seeds(job);
}

}  // namespace

int main(int argc, char** argv) {
  cli::Program program("linchpin sim", "The engine in a simulated world. Example: linchpin sim --seeds 1..100");
  Asked asked;
  cli::Option seed = program.option("--seed", asked.seed, "one run").between(std::uint64_t{0}, seed_most);
  cli::Option seeds = program.option("--seeds", asked.seeds, "A..B: a run for each");
  const cli::Option hours =
      program.option("--hours", asked.hours, "runs fresh seeds for so long").between(0.0001, 10'000.0);
  const cli::Option steps = program.option("--steps", asked.steps, "of each run; with --mutant 600, unless it is given")
                                .between(0, sim::steps_most)
                                .shows_default();
  program.option("--people", asked.people, "at the start; 0: the seed decides").between(0, sim::people_most);
  program.option("--faults", asked.faults, "those that may be chosen: a list, all or none").shows_default();
  cli::Option mutant =
      program.option("--mutant", asked.mutant,
                     "plants one defect, or each in turn (all, or known: those with a seed); 0 means caught");
  const cli::Option corpus = program.option(
      "--corpus", asked.corpus, "a file of plans that once failed: runs them; --hours and --seeds add to it");
  program.option("--jobs", asked.jobs, "worker processes").between(1, 64).shows_default();
  const cli::Option minimise =
      program.flag("--minimise", asked.minimise, "looks for the smallest plan that fails alike");
  program.flag("--trace", asked.trace, "tells each act, with --seed").needs(seed);
  program.flag("--list-faults", asked.faults_listed, "lists the faults that --faults may name");
  program.flag("--mutants", asked.mutants, "lists the defects that --mutant plants, and what each one breaks");
  program.flag("--write", asked.write, "with --mutant: the seeds that caught them go into src/base/mutants.def")
      .needs(mutant);
  program.flag("--json", asked.json, "a JSON line for each run");
  seed.excludes(seeds).excludes(hours);
  seeds.excludes(hours);
  mutant.excludes(corpus).excludes(hours).excludes(minimise);
  program.runs([&]() -> Result<int> {
    if (asked.mutants) return list_mutants();
    if (asked.faults_listed) return list_faults();
    if (!asked.mutant.empty() && !steps.given()) asked.steps = cli::mutant_steps;
    return simulate(asked, seed.given() || seeds.given(), hours.given());
  });
  return program.run({argv + 1, argv + argc});
}
