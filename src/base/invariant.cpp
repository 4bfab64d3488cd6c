#include "base/invariant.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace linchpin {
namespace {

std::atomic<OnBroken> broken_handler = nullptr;

}  // namespace

std::string_view to_text(Invariant invariant) {
  switch (invariant) {
    case Invariant::AckedIsDurable:
      return "AckedIsDurable";
    case Invariant::MergedOnce:
      return "MergedOnce";
    case Invariant::InOrderPerRecord:
      return "InOrderPerRecord";
    case Invariant::NoDoubleCreate:
      return "NoDoubleCreate";
    case Invariant::EchoIsSilent:
      return "EchoIsSilent";
    case Invariant::ClassIsKept:
      return "ClassIsKept";
    case Invariant::AuditedWithCommit:
      return "AuditedWithCommit";
    case Invariant::Converged:
      return "Converged";
    case Invariant::OrderFree:
      return "OrderFree";
    case Invariant::SameSeedSameRun:
      return "SameSeedSameRun";
    case Invariant::OnlyLiveIsSent:
      return "OnlyLiveIsSent";
    case Invariant::OnlyOursIsTakenBack:
      return "OnlyOursIsTakenBack";
  }
  return "";
}

void hold(Invariant invariant, bool true_here, std::source_location at) {
  if (true_here) [[likely]]
    return;
  if (const OnBroken handler = broken_handler.load()) handler(invariant, at);
  // Written without the logger: what is broken may be what it stands on.
  const std::string name(to_text(invariant));
  std::fprintf(stderr, "{\"level\":\"error\",\"message\":\"invariant broken\",\"invariant\":\"%s\",\"at\":\"%s:%u\"}\n",
               name.c_str(), at.file_name(), static_cast<unsigned>(at.line()));
  std::fflush(stderr);
  std::abort();
}

void on_broken(OnBroken handler) { broken_handler.store(handler); }

}  // namespace linchpin
