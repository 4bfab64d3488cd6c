// The simulated world's time: it stands still until it is moved.
#pragma once

#include "engine/ports.hpp"

namespace linchpin::sim {

class Clock : public engine::Clock {
 public:
  explicit Clock(Instant start = from_ms(1767225600000)) : now_(start) {}  // 2026-01-01T00:00:00Z
  Instant now() override { return now_; }
  void set(Instant t) { now_ = t; }
  void advance(milliseconds by) { now_ += by; }

 private:
  Instant now_;
};

}  // namespace linchpin::sim
