// limits: how many calls a system still allows. Sliding windows as the manifest declares them (of the smallest
// account), corrected by what answers say is left, which may be more; a share of each is kept for what happens now;
// Retry-After and backoff close the system for a while.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "engine/connector.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

class SystemLimits {
 public:
  SystemLimits() = default;
  SystemLimits(Limits declared, double keep_for_realtime) : declared_(std::move(declared)), keep_(keep_for_realtime) {}

  // Whether one more call may go now. `background`: a sweep or a batch, which leaves the kept share alone.
  bool allows(Instant now, bool background, const std::string& special);
  void began(Instant now, const std::string& special);
  void ended() { --under_way_; }
  void told(const std::vector<Remaining>&, Instant now);
  void closed_until(Instant until) { closed_ = std::max(closed_, until); }
  bool closed(Instant now) const { return now < closed_; }
  std::size_t room() const { return static_cast<std::size_t>(std::max(0, declared_.concurrent - under_way_)); }
  std::map<std::string, double> used(Instant now) const;  // by window, 0 to 1

 private:
  void forget(Instant now);
  int most(const Window&) const;
  Limits declared_;
  double keep_ = 0;
  int under_way_ = 0;
  Instant closed_{};
  std::map<std::string, std::deque<Instant>> calls_;  // by window, oldest first
  std::map<std::string, int> told_most_;  // by window: the most that was ever left, where above the declared
};

// Exponential with full jitter: a fifth of a second, and uniform in [0, min(cap, first · 2^(attempt-1))) on top.
milliseconds backoff(int attempt, Random&);

}  // namespace linchpin::engine
