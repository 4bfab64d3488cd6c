// The simulator's own program, which `linchpin sim` starts. Seeds are run by worker processes, each seed by itself;
// what fails is told by one line that repeats it. Exit status: 0 nothing failed (with a mutant: it was caught), 1
// something did, 2 a mistake of the user's.
#include <iostream>

#include "base/mutant.hpp"
#include "cli/command.hpp"
#include "cli/sim_workers.hpp"

#include <CLI/CLI.hpp>

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

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The engine in a simulated world. Example: linchpin sim --seeds 1..100", "linchpin sim"};
  Asked asked;
  CLI::Option* seed = app.add_option("--seed", asked.seed, "one run")->check(CLI::Range(std::uint64_t{0}, seed_most));
  CLI::Option* seeds = app.add_option("--seeds", asked.seeds, "A..B: a run for each");
  CLI::Option* hours =
      app.add_option("--hours", asked.hours, "runs fresh seeds for so long")->check(CLI::Range(0.0001, 10'000.0));
  CLI::Option* steps = app.add_option("--steps", asked.steps, "of each run; with --mutant 600, unless it is given")
                           ->check(CLI::Range(0, sim::steps_most))
                           ->capture_default_str();
  app.add_option("--people", asked.people, "at the start; 0: the seed decides")->check(CLI::Range(0, sim::people_most));
  app.add_option("--faults", asked.faults, "those that may be chosen: a list, all or none")->capture_default_str();
  CLI::Option* mutant =
      app.add_option("--mutant", asked.mutant,
                     "plants one defect, or each in turn (all, or known: those with a seed); 0 means caught");
  CLI::Option* corpus = app.add_option("--corpus", asked.corpus,
                                       "a file of plans that once failed: runs them; --hours and --seeds add to it");
  app.add_option("--jobs", asked.jobs, "worker processes")->check(CLI::Range(1, 64))->capture_default_str();
  CLI::Option* minimise = app.add_flag("--minimise", asked.minimise, "looks for the smallest plan that fails alike");
  CLI::Option* trace = app.add_flag("--trace", asked.trace, "tells each act, with --seed");
  app.add_flag("--list-faults", asked.faults_listed, "lists the faults that --faults may name");
  app.add_flag("--mutants", asked.mutants, "lists the defects that --mutant plants, and what each one breaks");
  app.add_flag("--write", asked.write, "with --mutant: the seeds that caught them go into src/base/mutants.def")
      ->needs(mutant);
  app.add_flag("--json", asked.json, "a JSON line for each run");
  seed->excludes(seeds)->excludes(hours);
  seeds->excludes(hours);
  mutant->excludes(corpus)->excludes(hours)->excludes(minimise);
  trace->needs(seed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (asked.mutants) {
    for (const MutantSpec& m : mutants())
      std::cout << m.name << "  " << to_text(m.breaks) << "  seed " << m.seed << "  " << m.what << "\n";
    return 0;
  }
  if (asked.faults_listed) {
    for (std::size_t i = 0; i < sim::fault_count; ++i)
      std::cout << to_text(static_cast<sim::Fault>(i)) << "  " << told(static_cast<sim::Fault>(i)) << "\n";
    return 0;
  }
  const Result<sim::FaultSet> allowed = sim::parse_faults(asked.faults);
  if (!allowed) return cli::failed(allowed.error());
  if (!asked.mutant.empty() && steps->count() == 0) asked.steps = cli::mutant_steps;
  cli::SimJob job;
  job.plan = {.seed = asked.seed, .steps = asked.steps, .people = asked.people, .allowed = *allowed};
  job.jobs = asked.jobs;
  job.json = asked.json;
  job.minimise = asked.minimise;
  job.corpus = asked.corpus;
  job.mutant = asked.mutant;
  if (asked.trace) return cli::sim_trace(job);
  job.first = job.last = asked.seed;
  if (!asked.seeds.empty() && !range(asked.seeds, job.first, job.last))
    return cli::failed({Code::InvalidArgument, "--seeds is not A..B", {}, "For example --seeds 1..100"});
  if (hours->count() > 0) return cli::sim_hours(job, asked.hours);
  if (seed->count() + seeds->count() == 0 && !asked.corpus.empty()) return cli::sim_corpus(job);
  if (!asked.mutant.empty()) return cli::sim_mutants(job, seed->count() + seeds->count() > 0, asked.write);
  if (seed->count() + seeds->count() == 0) job.first = 1, job.last = 100;
  return cli::sim_seeds(job);
}
