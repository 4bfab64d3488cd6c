// Delta debugging (Zeller and Hildebrandt, 2002) over the three things that a plan has: first fewer faults, since each
// has a chance of its own and its absence changes little else, then fewer steps, then fewer people.
#include <algorithm>
#include <sstream>

#include "sim/simulation.hpp"

namespace linchpin::sim {
namespace {

// What went wrong, without whom it befell: words that hold a digit name a record, a person or a count.
std::string kind_of(const Outcome& outcome) {
  std::istringstream words(outcome.what);
  std::string kind = outcome.broken;
  for (std::string word; words >> word;)
    if (std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); })) kind += " " + word;
  return kind;
}

}  // namespace

Plan minimise(const Plan& plan, const Outcome& failed, int most, const std::function<Outcome(const Plan&)>& run) {
  Plan best = plan;
  int runs = 0;
  const auto fails = [&](const Plan& smaller) {
    if (runs >= most) return false;
    ++runs;
    const Outcome outcome = run(smaller);
    if (outcome.held || kind_of(outcome) != kind_of(failed)) return false;
    best = smaller;
    return true;
  };
  best.allowed &= Swarm(plan).chosen();
  if (!fails(best)) best = plan;
  for (std::size_t f = 0; f < fault_count; ++f) {
    if (!best.allowed[f]) continue;
    Plan smaller = best;
    smaller.allowed.reset(f);
    fails(smaller);
  }
  for (int cut = best.steps / 2; cut > 0; cut /= 2) {
    Plan smaller = best;
    smaller.steps -= cut;
    while (smaller.steps > 0 && fails(smaller)) smaller.steps -= cut;
  }
  for (const int people : {1, 2, 3, 5, 8, 13}) {
    Plan smaller = best;
    smaller.people = people;
    if (fails(smaller)) break;
  }
  return best;
}

}  // namespace linchpin::sim
