#include "cli/settle.hpp"

#include <unistd.h>

#include <iostream>
#include <thread>

namespace linchpin::cli {
namespace {

// How a run that should end is told of: on a terminal one line that is written anew each second, else a line now and
// then, sooner when what it waits for is another.
class Told {
 public:
  explicit Told(std::string_view what) : what_(what) {}
  ~Told() {
    if (terminal_ && !last_.empty()) std::cerr << "\r\033[K";
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  void tell(const std::string& waits_for) {
    const auto now = std::chrono::steady_clock::now();
    const auto every = seconds(terminal_ ? 1 : waits_for == waits_for_ ? 10 : 3);
    if (now < told_ + every) return;
    told_ = now;
    waits_for_ = waits_for;
    last_ = "linchpin: " + std::string(what_) + "… " +
            std::to_string(std::chrono::duration_cast<seconds>(now - began_).count()) + " s" +
            (waits_for.empty() ? "" : ", held up: " + waits_for);
    std::cerr << (terminal_ ? "\r" + last_ + "\033[K" : last_ + "\n") << std::flush;
  }

 private:
  const std::string_view what_;
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = began_;
  std::string waits_for_, last_;
};

}  // namespace

Result<bool> settle(EngineLoop& loop, Standstill& standstill, std::string_view what, const std::atomic<bool>& stopped) {
  Told told(what);
  SystemClock clock;
  for (int quiet_for = 0; quiet_for < 10;) {
    if (stopped) return false;
    std::this_thread::sleep_for(milliseconds(100));
    const Result<Json> status = loop.ask_and_wait(Json::object({{"command", "status"}}));
    quiet_for = status && (*status)["quiet"].boolean() ? quiet_for + 1 : 0;
    standstill.heard(loop.trouble(), clock.now());
    if (auto over = standstill.over(clock.now())) return tl::unexpected(std::move(*over));
    told.tell(standstill.waits_for());
  }
  return true;
}

}  // namespace linchpin::cli
