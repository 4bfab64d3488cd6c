// The inbox in SQLite: one file a day (`inbox-2026-11-24.db`), one thread that writes, a group to an fsync.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "store/append_queue.hpp"
#include "store/durable_file.hpp"

namespace linchpin::store {

class SqliteInbox : public engine::Inbox {
 public:
  static Result<std::unique_ptr<SqliteInbox>> open(const std::filesystem::path& folder, const InboxLimits&);

  void append(engine::InboxEntry entry, std::function<void(Result<Position>)> done) override {
    queue_->append(std::move(entry), std::move(done));
  }
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override;
  Result<Position> last() override { return Position(durable_.load()); }
  Result<void> go_on_after(Position) override;
  Result<void> forget_before(const std::string& day) override;

 private:
  explicit SqliteInbox(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path file_of(const std::string& day) const;
  Result<void> find_days();
  Result<void> write_day(const std::string& day, std::span<AppendQueue::Waiting>);
  void rest(bool idle);
  Result<DurableFile*> writer_of(const std::string& day);  // this and mend: under writer_mutex_
  Result<void> mend(DurableFile&);
  Result<std::vector<engine::InboxEntry>> read_day(const std::string& day, Position after, Position up_to,
                                                   std::size_t most);

  const std::filesystem::path folder_;

  std::mutex writer_mutex_;
  std::map<std::string, std::unique_ptr<DurableFile>>
      writers_;  // by day; two at most: today's and yesterday's late ones

  std::mutex days_mutex_;
  std::map<std::string, Position> days_;  // each file's day, and the highest position in it
  std::atomic<std::int64_t> durable_{0};

  std::mutex readers_mutex_;
  std::map<std::string, std::unique_ptr<Database>> readers_;

  std::optional<AppendQueue> queue_;  // last: it ends first
};

}  // namespace linchpin::store
