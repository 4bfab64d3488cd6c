// Who sees what passes between the engine and its world: every commit, every request, every answer. What stands here
// is said after it happened.
#pragma once

#include "engine/engine.hpp"
#include "engine/ports.hpp"

namespace linchpin::sim {

class Onlooker {
 public:
  virtual ~Onlooker() = default;
  virtual void committed(const engine::Batch&, Instant) {}
  virtual void commit_lost() {}  // the last one that was told: the disk had lied, and the process has ended
  virtual void appended(const engine::InboxEntry&) {}     // durable, at its position
  virtual void append_lost(const engine::InboxEntry&) {}  // was told, and is gone
  virtual void acknowledged(const SystemName&, const Request&, const std::string& /*sealed*/) {}  // a webhook, with 2xx
  virtual void sent(const engine::Send&, Instant) {}                                              // left the engine
  virtual void served(const engine::Send&, const Answer&, Instant) {}  // the vendor did it; what it would answer
  virtual void answered(CallId) {}                                     // the engine is told
  virtual void hub_changed() {}                                        // other files, and a start with them
  virtual void ended() {}                                              // the process; what flew is lost
};

}  // namespace linchpin::sim
