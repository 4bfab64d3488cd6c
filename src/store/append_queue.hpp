// What waits to be appended to an inbox, and the thread that appends it: it takes all that waits, hands it to the store
// as one group (one commit for many senders) and tells each sender; meanwhile the next group gathers. The simulator's
// inbox goes through it too, without the thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include "engine/ports.hpp"
#include "store/inbox_limits.hpp"

namespace linchpin::store {

class AppendQueue {
 public:
  struct Waiting {
    engine::InboxEntry entry;  // `position` is for the store to give
    std::function<void(Result<Position>)> done;
  };
  // Entries of one day in one commit: durable when it returns, each with its position, or nothing of it is stored. On
  // the queue's thread alone.
  using Write = std::function<Result<void>(const std::string& day, std::span<Waiting>)>;
  // After each group, on the same thread; whether nothing waits.
  using Rest = std::function<void(bool idle)>;

  AppendQueue(const InboxLimits&, Write, Rest);
  AppendQueue(const InboxLimits&, Write);  // has no thread: write_next is called by its owner
  ~AppendQueue();                          // the thread writes what waits, then ends; without one it is lost

  // As engine::Inbox::append.
  void append(engine::InboxEntry, std::function<void(Result<Position>)> done);
  // Writes the next group and tells its senders; whether more waits.
  bool write_next();

 private:
  void work();
  std::vector<Waiting> take_group();

  const InboxLimits limits_;
  const Write write_;
  const Rest rest_;
  std::mutex mutex_;
  std::condition_variable queued_;
  std::deque<Waiting> queue_;
  std::size_t waiting_ = 0;  // in the queue or being written
  std::size_t waiting_bytes_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace linchpin::store
