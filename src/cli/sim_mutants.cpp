// linchpin sim --mutant: whether each planted defect is caught, and by which seed.
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "cli/command.hpp"
#include "cli/sim_pool.hpp"
#include "cli/sim_workers.hpp"
#include "model/nearest.hpp"

namespace linchpin::cli {
namespace {

// Looks for seeds that catch planted defects. One that fails without any shows nothing, so that those that catch one
// run without it too; nor does a run that was cut short, which a busy machine may have been the reason of. Nor does one
// that fails by another checker than the one that the table names: that one may see nothing of its invariant.
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
            return !caught(m, r);
          })
          .run();
      std::vector<Task> unknown;
      for (const auto& [key, r] : ran_)
        if (key.first == m.mutant && caught(m, r) && !ran_.contains({Mutant::None, key.second}))
          unknown.push_back(task(key.second, Mutant::None));
      run(unknown);
    }
  }

  static std::string expected(const MutantSpec& m) {
    return std::string(seen_by(m.mutant)) + " (" + std::string(to_text(m.breaks)) + ")";
  }

  const Ran* caught_by(const MutantSpec& m) const {
    for (const auto& [key, r] : ran_) {
      if (key.first != m.mutant || !caught(m, r)) continue;
      const auto without = ran_.find({Mutant::None, key.second});
      if (without != ran_.end() && without->second.outcome.held) return &r;
    }
    return nullptr;
  }

  // What failed by another checker, of a seed or of any (0): how it was seen instead. "" when nothing did.
  std::string otherwise(const MutantSpec& m, std::uint64_t seed) const {
    for (const auto& [key, r] : ran_)
      if (key.first == m.mutant && (seed == 0 || key.second == seed) && !r.outcome.held && !caught(m, r))
        return "seen on seed " + std::to_string(key.second) + " by " +
               (r.outcome.seen_by.empty() ? r.outcome.what : r.outcome.seen_by.begin()->first) + ", expected " +
               expected(m);
    return "";
  }

 private:
  static bool caught(const MutantSpec& m, const Ran& r) {
    return !r.outcome.held && !r.cut && r.outcome.seen_by.contains(expected(m));
  }
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

constexpr std::uint64_t seeds_most = 200;  // that a mutant may need
constexpr const char* table = "src/base/mutants.def";

// The seeds that caught them, into the lines of the table.
Result<void> write_seeds(const std::map<std::string, std::uint64_t>& seeds) {
  std::ifstream file(table);
  if (!file) return fail(Code::NotFound, std::string("there is no file ") + table, "Run it at the root of the tree.");
  std::string all, line;
  while (std::getline(file, line)) {
    const std::size_t name = line.starts_with("MUTANT(") ? 7 : std::string::npos;
    const std::size_t after =
        name == std::string::npos ? name : line.find(", ", line.find(", ", line.find(", ") + 2) + 2);
    if (after != std::string::npos)
      if (const auto seed = seeds.find(line.substr(name, line.find(',') - name)); seed != seeds.end())
        line.replace(after + 2, line.find(',', after + 2) - after - 2, std::to_string(seed->second));
    all += line + "\n";
  }
  file.close();
  std::ofstream(table) << all;
  return {};
}

std::string not_by_its_own(const Hunt& hunt, const MutantSpec& m, std::uint64_t seed, bool these_seeds) {
  if (these_seeds || m.seed == 0 || m.seed == seed) return "";
  const std::string seen = hunt.otherwise(m, m.seed);
  return " (not by " + std::to_string(m.seed) + ", its own" + (seen.empty() ? "" : ": ") + seen + ")";
}

}  // namespace

std::string_view seen_by(Mutant mutant) {
  static constexpr std::string_view checkers[] = {
      "",
#define MUTANT(name, invariant, seen_by, seed, what) #seen_by,
#include "base/mutants.def"
#undef MUTANT
  };
  return checkers[static_cast<std::size_t>(mutant)];
}

int no_such_mutant(const std::string& name) {
  std::vector<std::string> names;
  for (const MutantSpec& m : mutants()) names.emplace_back(m.name);
  return failed({Code::NotFound,
                 "there is no mutant '" + name + "'",
                 {},
                 model::suggestion(name, names) + " --mutants lists them."});
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
      const std::string seen = hunt.otherwise(*m, 0);
      std::cout << m->name << ": survived" << (seen.empty() ? "" : ", ") << seen << std::endl;
      continue;
    }
    const std::uint64_t seed = caught->task.plan.seed;
    seeds[std::string(m->name)] = seed;
    if (job.json)
      std::cout << canonical(to_json(*caught).with("mutant", std::string(m->name))) << std::endl;
    else
      std::cout << m->name << ": caught by seed " << seed << not_by_its_own(hunt, *m, seed, these_seeds) << ", "
                << hunt.expected(*m) << ": " << caught->outcome.seen_by.at(hunt.expected(*m)) << std::endl;
  }
  if (job.mutant == "known")
    for (const MutantSpec& m : mutants())
      if (m.seed == 0) std::cout << m.name << ": no seed that catches it is known yet" << std::endl;
  if (survived > 0) std::cout << survived << " of " << wanted.size() << " survived: a check is missing" << std::endl;
  if (write)
    if (const Result<void> written = write_seeds(seeds); !written) return failed(written.error());
  return survived > 0 ? 1 : 0;
}

}  // namespace linchpin::cli
