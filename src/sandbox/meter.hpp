// How many calls a vendor still takes. A rolling window, or a fixed one that starts with its first call.
#pragma once

#include <deque>

#include "base/time.hpp"

namespace linchpin::sandbox {

class RollingMeter {
 public:
  RollingMeter(std::int64_t most, milliseconds window) : most_(most), window_(window) {}
  bool take(Instant now) {  // false: no more for now
    while (!taken_.empty() && taken_.front() + window_ <= now) taken_.pop_front();
    if (static_cast<std::int64_t>(taken_.size()) >= most_) return false;
    taken_.push_back(now);
    return true;
  }
  std::int64_t most() const { return most_; }
  std::int64_t remaining() const { return most_ - static_cast<std::int64_t>(taken_.size()); }

 private:
  std::int64_t most_;
  milliseconds window_;
  std::deque<Instant> taken_;
};

class FixedMeter {
 public:
  FixedMeter(std::int64_t most, milliseconds window) : most_(most), window_(window) {}
  bool take(Instant now) {
    if (now >= start_ + window_) {
      start_ = now;
      taken_ = 0;
    }
    if (taken_ >= most_) return false;
    ++taken_;
    return true;
  }
  std::int64_t most() const { return most_; }
  std::int64_t remaining() const { return most_ - taken_; }
  milliseconds until_reset(Instant now) const { return start_ + window_ - now; }

 private:
  std::int64_t most_;
  milliseconds window_;
  Instant start_{};
  std::int64_t taken_ = 0;
};

}  // namespace linchpin::sandbox
