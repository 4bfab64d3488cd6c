// The invariants of docs/architecture.md, and hold(): the statement that one is true here.
#pragma once

#include <source_location>
#include <string_view>

namespace linchpin {

enum class Invariant {
  AckedIsDurable,
  MergedOnce,
  InOrderPerRecord,
  NoDoubleCreate,
  EchoIsSilent,
  ClassIsKept,
  AuditedWithCommit,
  Converged,
  OrderFree,
  SameSeedSameRun,
  OnlyLiveIsSent,
  OnlyOursIsTakenBack,
};

std::string_view to_text(Invariant);

// Ends the process when `true_here` is false: every change is one commit, so a restart is safe. The simulator replaces
// the ending by an exception of its own (on_broken) to report the seed.
void hold(Invariant, bool true_here, std::source_location = std::source_location::current());

using OnBroken = void (*)(Invariant, std::source_location);
void on_broken(OnBroken);  // nullptr restores the default: log and abort

}  // namespace linchpin
