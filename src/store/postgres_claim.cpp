#include "store/postgres_claim.hpp"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "store/process_identity.hpp"

namespace linchpin::store {

using std::chrono::steady_clock;

namespace {

// Runs on while the process is stopped and while the machine sleeps.
std::int64_t boot_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// Sessions of ours (and this user's) that are in a transaction and wait for their process. A transaction of ours is one
// round trip, so the process stands still, and perhaps holds a row that all others need.
constexpr const char* end_stalled =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = "
    "current_user "
    "AND application_name LIKE 'linchpin %' AND pid <> pg_backend_pid() AND wait_event = 'ClientRead' "
    "AND xact_start < clock_timestamp() - interval '3 seconds'";

}  // namespace

PostgresClaim::PostgresClaim(std::unique_ptr<Postgres> database, std::shared_ptr<PostgresState> state, std::string name,
                             std::string process, std::string address, LeaseTimes times)
    : database_(std::move(database)),
      state_(std::move(state)),
      name_(std::move(name)),
      process_(std::move(process)),
      address_(std::move(address)),
      times_(times) {
  if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) wake_[0] = wake_[1] = -1;
  keep();
  thread_ = std::thread([this] { work(); });
}

PostgresClaim::~PostgresClaim() {
  {
    std::scoped_lock lock(mutex_);
    ending_ = true;
    changed_ = heard_ = nullptr;
  }
  if (wake_[1] >= 0 && ::write(wake_[1], "x", 1) < 0) ending_ = true;
  if (thread_.joinable()) thread_.join();
  state_->use(0);
  // If it cannot be said, the lease ends by itself.
  if (number_ != 0) {
    const Result<Rows> said = database_->query(
        "UPDATE lease SET until = clock_timestamp() WHERE name = $1 AND number = $2", name_, number_.load());
    if (!said) number_ = 0;
  }
  for (const int end : wake_)
    if (end >= 0) ::close(end);
}

// The margin: clocks that run at different speeds, the time from asking to sending, and renewals that a failover
// forgets.
std::int64_t PostgresClaim::held() const {
  const std::int64_t number = number_;
  return boot_ms() < ends_ ? number : 0;
}

std::string PostgresClaim::holder() const {
  std::scoped_lock lock(mutex_);
  return holder_;
}

void PostgresClaim::tell(std::function<void()> changed, std::function<void()> heard) {
  std::scoped_lock lock(mutex_);
  changed_ = std::move(changed);
  heard_ = std::move(heard);
}

// Not waiting for the disk: a disk that is busy for seconds must not cost the claim. A failover may forget the last
// renewals, which is what the margin is for; the fence does not depend on it.
Result<void> PostgresClaim::renew() {
  const std::int64_t asked = boot_ms();
  Rows rows =
      TRY(database_->query("UPDATE lease SET until = clock_timestamp() + $3::bigint * interval '1 millisecond' WHERE "
                           "name = $1 AND number = $2 "
                           "RETURNING number, set_config('synchronous_commit', 'off', true)",
                           name_, number_.load(), times_.lease.count()));
  if (rows.size() == 1) {
    ends_ = asked + times_.lease.count() * 7 / 10;
  } else {
    number_ = 0;
  }
  return {};
}

// A holder that has surely ended needs no time to notice that it holds no more: whoever starts it again goes on at
// once.
Result<void> PostgresClaim::take_from_ended() {
  const auto process = TRY(database_->one<std::string>("SELECT process FROM claim WHERE name = $1", name_));
  if (!has_ended(process)) return {};
  TRY(
      database_->query("UPDATE lease SET until = '-infinity' FROM claim WHERE lease.name = $1 AND "
                       "claim.name = lease.name AND claim.number = lease.number AND claim.process = $2",
                       name_, process));
  return {};
}

Result<void> PostgresClaim::take() {
  TRY(take_from_ended());
  const std::int64_t asked = boot_ms();
  const auto number = TRY(database_->one<std::int64_t>("SELECT take_claim($1, $2, $3, $4)", name_, process_, address_,
                                                       times_.lease.count()));
  if (number > 0) {
    ends_ = asked + times_.lease.count() * 7 / 10;
    number_ = number;
  }
  std::string holder = TRY(database_->one<std::string>("SELECT address FROM claim WHERE name = $1", name_));
  std::scoped_lock lock(mutex_);
  holder_ = std::move(holder);
  return {};
}

void PostgresClaim::keep() {
  const std::int64_t before = held();
  Result<void> kept;
  if (number_ != 0) kept = renew();
  if (kept && number_ == 0) kept = take();
  if (held() == before) return;
  std::scoped_lock lock(mutex_);
  if (changed_) changed_();
}

void PostgresClaim::work() {
  auto tidied = steady_clock::now();
  for (;;) {
    listen_until(steady_clock::now() + (number_ != 0 ? times_.renew : times_.renew / 4));
    {
      std::scoped_lock lock(mutex_);
      if (ending_) return;
    }
    keep();
    if (steady_clock::now() < tidied + times_.renew) continue;
    tidied = steady_clock::now();
    // A failure is no news: the connection is made again by the next keep().
    if (!database_->query(end_stalled)) continue;
  }
}

void PostgresClaim::listen_until(steady_clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
    pollfd at[2] = {{wake_[0], POLLIN, 0}, {database_->socket(), POLLIN, 0}};
    if (left <= 0 || ::poll(at, 2, static_cast<int>(left)) <= 0 || (at[0].revents & POLLIN) != 0) return;
    const std::vector<std::string> writers = database_->notifications();
    std::scoped_lock lock(mutex_);
    if (heard_ && !writers.empty()) heard_();
  }
}

}  // namespace linchpin::store
