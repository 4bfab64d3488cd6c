// The claim as rows of PostgreSQL (schema/postgres: claim, lease), kept by a thread with a connection of its own. That
// thread also hears of what others append to the inbox, and ends sessions of ours that stand still inside a
// transaction: a paused process holds locks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/claim.hpp"
#include "store/postgres_state.hpp"

namespace linchpin::store {

struct LeaseTimes {
  milliseconds lease{5000};
  milliseconds renew{1000};  // also how long it takes at most to notice that the claim is free: a quarter of it
};

class PostgresClaim : public Claim {
 public:
  // Tries to take it once before it returns. `process`: its process_identity(); `address`: where a person finds it.
  PostgresClaim(std::unique_ptr<Postgres> database, std::shared_ptr<PostgresState> state, std::string name,
                std::string process, std::string address, LeaseTimes = {});
  ~PostgresClaim() override;

  std::int64_t held() const override;
  std::string holder() const override;
  void use(std::int64_t number) override { state_->use(number); }
  void tell(std::function<void()> changed, std::function<void()> heard) override;

 private:
  void work();
  void keep();
  Result<void> renew();
  Result<void> take();
  Result<void> take_from_ended();
  void listen_until(std::chrono::steady_clock::time_point);

  std::unique_ptr<Postgres> database_;  // the thread's alone
  const std::shared_ptr<PostgresState> state_;
  const std::string name_, process_, address_;
  const LeaseTimes times_;
  std::atomic<std::int64_t> number_{0};
  std::atomic<std::int64_t> ends_{0};  // of the lease, in ms of CLOCK_BOOTTIME
  mutable std::mutex mutex_;
  std::string holder_;
  std::function<void()> changed_, heard_;
  bool ending_ = false;
  int wake_[2] = {-1, -1};  // a pipe: ends a wait
  std::thread thread_;
};

}  // namespace linchpin::store
