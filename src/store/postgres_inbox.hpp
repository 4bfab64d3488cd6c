// The inbox in PostgreSQL: a table a day, and in each process one thread that appends. It takes all that waits, appends
// it in one call that is one transaction, and tells each sender; meanwhile the next group gathers. Groups of several
// processes follow each other.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/ports.hpp"
#include "store/inbox_limits.hpp"
#include "store/postgres.hpp"

namespace linchpin::store {

class PostgresInbox : public engine::Inbox {
 public:
  // `writing` and `reading` are this inbox's own.
  PostgresInbox(std::unique_ptr<Postgres> writing, std::unique_ptr<Postgres> reading, const InboxLimits&);
  ~PostgresInbox() override;  // writes what waits, then ends

  void append(engine::InboxEntry, std::function<void(Result<Position>)> done) override;
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override;
  Result<Position> last() override;
  Result<void> forget_before(const std::string& day) override;

 private:
  struct Waiting {
    engine::InboxEntry entry;
    std::function<void(Result<Position>)> done;
  };
  void work();
  std::vector<Waiting> take_group();
  void write_group(std::vector<Waiting>&);
  Result<std::int64_t> write_day(const std::string& day, std::span<Waiting>);
  Result<std::optional<std::int64_t>> landed(std::int64_t token);
  Result<std::vector<engine::InboxEntry>> read_day(const std::string& day, Position after, Position up_to,
                                                   std::size_t most);

  const InboxLimits limits_;

  std::mutex queue_mutex_;
  std::condition_variable queued_;
  std::deque<Waiting> queue_;
  std::size_t waiting_ = 0;  // in the queue or being written
  std::size_t waiting_bytes_ = 0;
  bool ending_ = false;

  // The writer's thread alone.
  std::unique_ptr<Postgres> writing_;
  std::string writer_;      // who appends, in inbox_writer: another after a group whose outcome could not be learned
  std::int64_t token_ = 0;  // of its last group; 0: none yet

  std::mutex reading_mutex_;
  std::unique_ptr<Postgres> reading_;

  std::thread thread_;
};

}  // namespace linchpin::store
