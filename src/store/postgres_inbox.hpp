// The inbox in PostgreSQL: a table a day, and in each process one thread that appends, a group in one call that is one
// transaction. Groups of several processes follow each other.
#pragma once

#include <chrono>
#include <mutex>

#include "store/append_queue.hpp"
#include "store/postgres.hpp"

namespace linchpin::store {

class PostgresInbox : public engine::Inbox {
 public:
  // Of the connection that appends: what takes longer is looked for on another, while its senders still wait.
  static constexpr std::chrono::seconds answer_within{3};
  // `writing` and `reading` are this inbox's own.
  PostgresInbox(std::unique_ptr<Postgres> writing, std::unique_ptr<Postgres> reading, const InboxLimits&);

  void append(engine::InboxEntry entry, std::function<void(Result<Position>)> done) override {
    queue_.append(std::move(entry), std::move(done));
  }
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override;
  Result<Position> last() override;
  Result<void> go_on_after(Position) override;
  Result<void> forget_before(const std::string& day) override;

 private:
  Result<void> write_day(const std::string& day, std::span<AppendQueue::Waiting>);
  Result<std::int64_t> append_group(const std::string& day, std::span<AppendQueue::Waiting>);
  Result<std::optional<std::int64_t>> landed(std::int64_t token, std::chrono::steady_clock::time_point until);
  Result<std::vector<engine::InboxEntry>> read_day(const std::string& day, Position after, Position up_to,
                                                   std::size_t most);

  // The writer's thread alone.
  std::unique_ptr<Postgres> writing_;
  std::string writer_;      // who appends, in inbox_writer: another after a group whose outcome could not be learned
  std::int64_t token_ = 0;  // of its last group; 0: none yet

  std::mutex reading_mutex_;
  std::unique_ptr<Postgres> reading_;

  AppendQueue queue_;  // last: it ends first
};

}  // namespace linchpin::store
