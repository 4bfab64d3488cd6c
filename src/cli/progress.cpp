#include "cli/progress.hpp"

#include <unistd.h>

#include <iostream>

#include "cli/printable.hpp"

namespace linchpin::cli {

using std::chrono::seconds;

Progress::Progress(std::string_view what) : what_(what), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (terminal_ && !last_.empty()) std::cerr << "\r\033[K";
}

void Progress::tell(const std::string& news, const std::string& how_far) {
  const auto now = std::chrono::steady_clock::now();
  if (now < told_ + seconds(terminal_ ? 1 : news == news_ ? 10 : 3)) return;
  told_ = now;
  news_ = news;
  last_ = "linchpin: " + what_ + "… " + std::to_string(std::chrono::duration_cast<seconds>(now - began_).count()) +
          " s" + printable(how_far + news);
  std::cerr << (terminal_ ? "\r" + last_ + "\033[K" : last_ + "\n") << std::flush;
}

}  // namespace linchpin::cli
