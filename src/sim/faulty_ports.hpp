// The stores of memory_store.hpp with what goes wrong: the process ends at an effect, the disk refuses, the disk lies.
#pragma once

#include <exception>

#include "sim/memory_store.hpp"
#include "sim/onlooker.hpp"
#include "sim/plan.hpp"

namespace linchpin::sim {

// The process ends here. Thrown through the engine, which is then dropped.
struct Crash : std::exception {
  const char* what() const noexcept override { return "the simulated process ends"; }
};

// Decides at each effect. Without a swarm nothing happens.
class Mishap {
 public:
  Mishap(Swarm* swarm, Onlooker* onlooker) : swarm_(swarm), onlooker_(onlooker) {}
  void begin_step(Instant now);  // may choose an effect of this step at which the process ends
  void begin_start();            // the same of a start
  void effect();                 // here it may end
  bool disk_is_full() const { return now_ < full_until_; }
  bool lies();
  bool loses_append();
  bool stores_it_all_the_same();  // what loses_append() said is lost
  bool power_may_go() const;      // and with it what waits to be durable
  Onlooker* onlooker() const { return onlooker_; }
  Instant now() const { return now_; }

 private:
  Swarm* swarm_;
  Onlooker* onlooker_;
  Instant now_{};
  Instant full_until_{};
  std::uint64_t ends_in_ = 0;  // effects; 0: not in this step
};

class FaultyStore : public Store {
 public:
  explicit FaultyStore(Mishap& mishap) : mishap_(mishap) {}
  Result<void> commit(const engine::Batch&) override;
  bool owes() const { return before_.has_value(); }  // its disk has lied about the last commit
  bool crash();  // what a lying disk had acknowledged last is gone, and what the power took: whether there was any

 private:
  Mishap& mishap_;
  std::optional<Store> before_;          // a commit that is not on the disk
  std::optional<Store> before_waiting_;  // commits that wait for the next one to be durable
};

class FaultyInbox : public Inbox {
 public:
  explicit FaultyInbox(Mishap& mishap) : mishap_(mishap) {}

 private:
  Result<void> write(std::span<Waiting>) override;
  Mishap& mishap_;
};

class FaultyKeyStore : public KeyStore {
 public:
  explicit FaultyKeyStore(Mishap& mishap) : mishap_(mishap) {}
  Result<void> put(const std::vector<std::pair<std::string, std::string>>& keys) override;

 private:
  Mishap& mishap_;
};

}  // namespace linchpin::sim
