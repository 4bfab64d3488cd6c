// What one seed decides, and the line that repeats it. A run is a function of its plan: the same plan, the same run.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/random.hpp"

namespace linchpin::sim {

// What can go wrong, and what people do that makes it hard. Each is chosen, rated and drawn apart from the others, so
// that one can be left out without changing what the others do (minimise).
enum class Fault {
#define FAULT(name, what) name,
#include "sim/faults.def"
#undef FAULT
};
inline constexpr std::size_t fault_count = 0
#define FAULT(name, what) +1
#include "sim/faults.def"
#undef FAULT
    ;
using FaultSet = std::bitset<fault_count>;

std::string_view to_text(Fault);
std::string_view told(Fault);  // what it does, for --help and the docs
std::optional<Fault> parse_fault(std::string_view);
Result<FaultSet> parse_faults(std::string_view list);  // "crash,slow", "all", "none"
std::string to_text(const FaultSet&);

inline constexpr int steps_most = 1'000'000, people_most = 200;

struct Plan {
  std::uint64_t seed = 1;
  int steps = 2000;                     // an action of the world or a step of the engine each
  int people = 0;                       // at the start; 0: the seed decides
  FaultSet allowed = FaultSet().set();  // of those that the seed chooses, these are left
  bool operator==(const Plan&) const = default;
};
std::string to_text(const Plan&);  // "linchpin sim --seed 17 --steps 812 --faults crash,timeout"
// Such a line, up to a '#'; nothing of an empty one.
Result<std::optional<Plan>> parse_plan(std::string_view line);

// The seed's choice: some two in five of the faults, each with a rate of its own (Groce and others, Swarm Testing,
// ISSTA 2012: runs that each leave much out find more than runs that each do everything).
class Swarm {
 public:
  explicit Swarm(const Plan&);
  bool on(Fault f) const { return chosen_[static_cast<std::size_t>(f)]; }
  double rate(Fault f) const { return on(f) ? rates_[static_cast<std::size_t>(f)] : 0; }
  // Whether it strikes now. Draws from the fault's own chance, and not at all when it is off.
  bool strikes(Fault f) { return on(f) && chance(f).chance(rate(f)); }
  Random& chance(Fault f) { return chances_[static_cast<std::size_t>(f)]; }
  Random& workload() { return workload_; }
  const FaultSet& chosen() const { return chosen_; }
  void stop() { chosen_.reset(); }  // the faults end

 private:
  FaultSet chosen_;
  std::vector<double> rates_;
  std::vector<Random> chances_;
  Random workload_;
};

}  // namespace linchpin::sim
