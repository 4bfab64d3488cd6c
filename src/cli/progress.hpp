// How what takes a while is told of, on standard error: on a terminal one line that is written anew each second, else a
// line now and then, sooner when there is other news.
#pragma once

#include <chrono>
#include <string>

namespace linchpin::cli {

class Progress {
 public:
  explicit Progress(std::string_view what);  // "comparing"
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `news` follows how long it has taken: ", held up: xero does not answer". Call it as often as you like.
  void tell(const std::string& news);

 private:
  const std::string what_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = began_;
  std::string news_, last_;
};

}  // namespace linchpin::cli
