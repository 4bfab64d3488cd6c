// Who of several processes on one store does the work. A claim has a number that rises with each taking, and a lease
// that its holder renews; it is free when the lease has ended by the database's clock. What the holder commits names
// the number, so that one that was paused and has lost its claim commits nothing; and before it sends it asks held(),
// which goes by a clock that runs while the process does not.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::store {

class Claim {
 public:
  virtual ~Claim() = default;  // gives it up, so that another need not wait for the lease to end
  // The number of the claim if this process has it and its lease has not ended; else 0. Thread-safe, does not block.
  virtual std::int64_t held() const = 0;
  virtual std::string holder() const = 0;  // the address of whoever had it last, as known here; thread-safe
  // Commits of this process's store name `number` from now on; 0: they are NotActive. Whoever starts an engine says it
  // first.
  virtual void use(std::int64_t number) = 0;
  // `changed`: when held() changes; `heard`: when another process has appended to the inbox. From the claim's own
  // thread, never after another tell() has returned; they must not call tell() or holder().
  virtual void tell(std::function<void()> changed, std::function<void()> heard) = 0;
};

}  // namespace linchpin::store
