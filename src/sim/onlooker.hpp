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
  virtual void arrived(const SystemName&, const Request&) {}  // a webhook, before anything is made of it
  virtual void appended(const engine::InboxEntry&) {}         // durable, at its position
  virtual void acknowledged(const SystemName&, const Request&, const std::string& /*sealed*/) {}  // a webhook, with 2xx
  virtual void sent(const engine::Send&, Instant) {}                                              // left the engine
  virtual void served(const engine::Send&, const Answer&, Instant) {}  // the vendor did it; what it would answer
  virtual void answered(const engine::Send&, const Result<Answer>&, Instant) {}  // the engine is told
  virtual void ended() {}                                                        // the process; what flew is lost
};

// Several that look on together.
class Onlookers : public Onlooker {
 public:
  explicit Onlookers(std::vector<Onlooker*> all) : all_(std::move(all)) {}
  void committed(const engine::Batch& batch, Instant now) override {
    for (Onlooker* o : all_) o->committed(batch, now);
  }
  void commit_lost() override {
    for (Onlooker* o : all_) o->commit_lost();
  }
  void arrived(const SystemName& system, const Request& request) override {
    for (Onlooker* o : all_) o->arrived(system, request);
  }
  void appended(const engine::InboxEntry& entry) override {
    for (Onlooker* o : all_) o->appended(entry);
  }
  void acknowledged(const SystemName& system, const Request& request, const std::string& sealed) override {
    for (Onlooker* o : all_) o->acknowledged(system, request, sealed);
  }
  void sent(const engine::Send& send, Instant now) override {
    for (Onlooker* o : all_) o->sent(send, now);
  }
  void served(const engine::Send& send, const Answer& answer, Instant now) override {
    for (Onlooker* o : all_) o->served(send, answer, now);
  }
  void answered(const engine::Send& send, const Result<Answer>& answer, Instant now) override {
    for (Onlooker* o : all_) o->answered(send, answer, now);
  }
  void ended() override {
    for (Onlooker* o : all_) o->ended();
  }

 private:
  std::vector<Onlooker*> all_;
};

}  // namespace linchpin::sim
