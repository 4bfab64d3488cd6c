// The inbox in SQLite: one file a day (`inbox-2026-11-24.db`), one thread that writes. It takes all that waits, commits
// it at once (one fsync for many senders) and tells each sender; while it waits for the disk the next group gathers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "engine/ports.hpp"
#include "store/durable_file.hpp"
#include "store/inbox_limits.hpp"

namespace linchpin::store {

class SqliteInbox : public engine::Inbox {
 public:
  static Result<std::unique_ptr<SqliteInbox>> open(const std::filesystem::path& folder, const InboxLimits&);
  ~SqliteInbox() override;  // writes what waits, then ends

  void append(engine::InboxEntry, std::function<void(Result<Position>)> done) override;
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override;
  Result<Position> last() override { return Position(durable_.load()); }
  Result<void> forget_before(const std::string& day) override;

 private:
  struct Waiting {
    engine::InboxEntry entry;
    std::function<void(Result<Position>)> done;
  };
  SqliteInbox(std::filesystem::path folder, const InboxLimits& limits) : folder_(std::move(folder)), limits_(limits) {}

  std::filesystem::path file_of(const std::string& day) const;
  Result<void> find_days();
  void work();
  std::vector<Waiting> take_group();
  void write_group(std::vector<Waiting>&);
  Result<void> write_day(const std::string& day, std::span<Waiting>);
  Result<DurableFile*> writer_of(const std::string& day);  // all of these: under writer_mutex_
  Result<void> mend(DurableFile&);
  Result<std::vector<engine::InboxEntry>> read_day(const std::string& day, Position after, Position up_to,
                                                   std::size_t most);

  const std::filesystem::path folder_;
  const InboxLimits limits_;

  std::mutex queue_mutex_;
  std::condition_variable queued_;
  std::deque<Waiting> queue_;
  std::size_t waiting_ = 0;  // in the queue or being written
  std::size_t waiting_bytes_ = 0;
  bool ending_ = false;

  std::mutex writer_mutex_;
  std::map<std::string, std::unique_ptr<DurableFile>>
      writers_;  // by day; two at most: today's and yesterday's late ones

  std::mutex days_mutex_;
  std::map<std::string, Position> days_;  // each file's day, and the highest position in it
  std::atomic<std::int64_t> durable_{0};

  std::mutex readers_mutex_;
  std::map<std::string, std::unique_ptr<Database>> readers_;

  std::thread thread_;
};

}  // namespace linchpin::store
