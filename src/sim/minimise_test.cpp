#include <gtest/gtest.h>

#include "sim/simulation.hpp"

namespace linchpin::sim {
namespace {

Outcome ended_by_signal() {
  Outcome outcome;
  outcome.held = false;
  outcome.broken = "Engine";
  outcome.what = "the process ended by signal 11";
  return outcome;
}

// What runs the plans says what became of them: a plan that ends its process is made smaller too.
TEST(Minimise, ShrinksAPlanThatEndsItsProcess) {
  Plan plan;
  plan.steps = 2000;
  ASSERT_GT(Swarm(plan).chosen().count(), 1u);
  std::size_t needed = 0;
  while (!Swarm(plan).chosen()[needed]) ++needed;
  const auto run = [&](const Plan& smaller) {
    return smaller.steps >= 37 && smaller.allowed[needed] ? ended_by_signal() : Outcome{};
  };
  const Plan smallest = minimise(plan, ended_by_signal(), 200, run);
  EXPECT_EQ(smallest.steps, 37);
  EXPECT_EQ(smallest.allowed, FaultSet().set(needed));
  EXPECT_EQ(smallest.people, 1);
}

}  // namespace
}  // namespace linchpin::sim
