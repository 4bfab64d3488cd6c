#include "base/mutant.hpp"

#include <gtest/gtest.h>

#include <set>

namespace linchpin {
namespace {

TEST(Mutant, EachHasANameOfItsOwnAndSaysWhatIsWrong) {
  std::set<std::string_view> names;
  for (const MutantSpec& m : mutants()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name;
    EXPECT_FALSE(m.what.empty()) << m.name;
    EXPECT_EQ(find_mutant(m.name), &m);
  }
  EXPECT_EQ(find_mutant("NoSuchDefect"), nullptr);
}

TEST(Mutant, WhatIsCompiledWithoutTheSwitchesHasNoneThatCanBeTurnedOn) {
  for (const MutantSpec& m : mutants()) {
    plant(m.mutant);
    EXPECT_FALSE(mutant(m.mutant)) << m.name;
  }
  plant(Mutant::None);
  static_assert(!mutant(Mutant::EchoForgotten), "known to the compiler, so that nothing of the switch is left");
}

}  // namespace
}  // namespace linchpin
