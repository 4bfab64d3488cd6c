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

  // `how_far` and `news` follow how long it has taken: ", hubspot contacts 12300 of 50000", ", held up: xero does not
  // answer". Call it as often as you like: it is only news that is told sooner.
  void tell(const std::string& news, const std::string& how_far = "");

 private:
  const std::string what_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = began_;
  std::string news_, last_;
};

}  // namespace linchpin::cli
