// The world around a server under measurement, in one thread with epoll: senders of signed webhooks (1 to 10 events
// each), the source whose records they are about, and two sinks that take POSTs and remember every event that came.
//
// An event is a change of one record's phone, and the phone is the event's number: so a sink knows an event by what is
// posted to it, whoever posts it, in one POST each or in batches.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::bench {

struct Load {
  int senders = 16;
  std::int64_t webhooks = 1000;
  double per_second = 0;    // of events, spread evenly, one a webhook; 0: as fast as answers come, 1 to 10 a webhook
  std::int64_t stride = 1;  // from one event's record to the next one's
};

// A record as the source lists it, JSON; `phone` -1: none.
std::string source_record(std::int64_t record, std::int64_t phone, std::int64_t at_ms);

// What became of the events of a load.
struct Outcome {
  std::int64_t webhooks = 0, events = 0;       // acknowledged
  std::int64_t lost = 0;                       // acknowledged, and not at both sinks
  std::int64_t doubled = 0;                    // at a sink more than once
  std::int64_t posts = 0;                      // that carried an event, at both sinks together
  double acknowledging = 0;                    // seconds from the first webhook to the last answer
  double delivering = 0;                       // seconds from the first webhook to the last event at both sinks
  std::vector<std::uint32_t> acknowledged_us;  // of each webhook
  std::vector<std::uint32_t> delivered_us;     // of each event: from when its webhook was sent to the later sink
};

class Traffic {
 public:
  // `records` is how many the source has; listens on ports that are free.
  static Result<std::unique_ptr<Traffic>> start(std::string secret, std::string public_url, std::int64_t records);
  ~Traffic();

  std::string source_url() const;
  std::string sink_url(int which) const;  // 0, 1
  std::int64_t created() const;           // records that the sinks were asked to create

  // Forgets the events so far and sends a load to the server at `port`; returns at once.
  void begin(std::uint16_t port, const Load&);
  // All webhooks are answered, or the server has gone.
  bool sent() const;
  // Sent, and every acknowledged event is at both sinks.
  bool delivered() const;
  std::int64_t acknowledged() const;  // webhooks, so far
  std::int64_t events_at_sinks() const;
  // Waits for `delivered`, at most as long as nothing new comes for `patience`.
  void settle(milliseconds patience) const;
  // Only between loads.
  Outcome outcome() const;

 private:
  Traffic() = default;
  struct World;
  std::unique_ptr<World> world_;
  std::thread thread_;
};

}  // namespace linchpin::bench
