// Senders of webhooks: keep-alive connections on one thread's epoll, one request in flight each, the next as soon as
// the last is answered. Any answer but 200 fails the run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bench/signed_webhook.hpp"

namespace linchpin::bench {

struct Sent {
  std::uint64_t acknowledged = 0;        // all of the run, the warm-up too
  double seconds = 0;                    // measured
  std::vector<std::uint32_t> latencies;  // microseconds, of what was answered while measured

  double per_second() const { return static_cast<double>(latencies.size()) / seconds; }
};

// The q-th part of `values`, 0 to 1; 0 of none. Sorts nothing away: `values` keeps what it holds, in another order.
std::uint32_t quantile(std::vector<std::uint32_t>& values, double q);

// Sends to 127.0.0.1:`port` for `warm_up` and `time`; returns when every request is answered. `tick` is called some ten
// times a second.
Result<Sent> send_webhooks(std::uint16_t port, int senders, milliseconds warm_up, milliseconds time, SignedWebhooks&,
                           const std::function<void()>& tick);

}  // namespace linchpin::bench
