#include "cli/settle.hpp"

#include <thread>

#include "cli/progress.hpp"

namespace linchpin::cli {
Result<bool> settle(EngineLoop& loop, Standstill& standstill, std::string_view what, const std::atomic<bool>& stopped) {
  Progress progress(what);
  SystemClock clock;
  for (int quiet_for = 0; quiet_for < 10;) {
    if (stopped) return false;
    std::this_thread::sleep_for(milliseconds(100));
    const Result<Json> status = loop.ask_and_wait(Json::object({{"command", "status"}}));
    quiet_for = status && (*status)["quiet"].boolean() ? quiet_for + 1 : 0;
    standstill.heard(loop.trouble(), clock.now());
    if (auto over = standstill.over(clock.now())) return tl::unexpected(std::move(*over));
    const std::string held_up = standstill.waits_for();
    progress.tell(held_up.empty() ? "" : ", held up: " + held_up);
  }
  return true;
}

}  // namespace linchpin::cli
