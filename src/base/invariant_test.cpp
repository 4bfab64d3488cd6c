#include "base/invariant.hpp"

#include <gtest/gtest.h>

namespace linchpin {
namespace {

TEST(Invariant, AnInvariantThatHoldsDoesNothing) { hold(Invariant::MergedOnce, true); }

TEST(InvariantDeathTest, ABrokenInvariantEndsTheProcessAndSaysWhichAndWhere) {
  EXPECT_DEATH(hold(Invariant::InOrderPerRecord, false), "InOrderPerRecord.*invariant_test\\.cpp:[0-9]+");
}

struct Broken {
  Invariant which;
  std::string_view file;
};

TEST(Invariant, TheSimulatorIsToldInsteadOfTheProcessEnding) {
  on_broken([](Invariant invariant, std::source_location at) { throw Broken{invariant, at.file_name()}; });
  bool told = false;
  try {
    hold(Invariant::ClassIsKept, false);
  } catch (const Broken& broken) {
    told = true;
    EXPECT_EQ(broken.which, Invariant::ClassIsKept);
    EXPECT_TRUE(broken.file.ends_with("invariant_test.cpp"));
  }
  on_broken(nullptr);
  EXPECT_TRUE(told);
}

TEST(InvariantDeathTest, AHandlerThatReturnsDoesNotLetTheProcessGoOn) {
  EXPECT_DEATH(
      {
        on_broken([](Invariant, std::source_location) {});
        hold(Invariant::Converged, false);
      },
      "Converged");
}

TEST(Invariant, TheTenHaveTheNamesOfTheArchitecture) {
  EXPECT_EQ(to_text(Invariant::AckedIsDurable), "AckedIsDurable");
  EXPECT_EQ(to_text(Invariant::SameSeedSameRun), "SameSeedSameRun");
  EXPECT_EQ(static_cast<int>(Invariant::SameSeedSameRun), 9);
}

}  // namespace
}  // namespace linchpin
