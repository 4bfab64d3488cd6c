#include "store/append_queue.hpp"

#include <algorithm>

#include "base/mutant.hpp"

namespace linchpin::store {

using engine::InboxEntry;

AppendQueue::AppendQueue(const InboxLimits& limits, Write write, Rest rest)
    : limits_(limits), write_(std::move(write)), rest_(std::move(rest)), thread_([this] { work(); }) {}

AppendQueue::AppendQueue(const InboxLimits& limits, Write write) : limits_(limits), write_(std::move(write)) {}

AppendQueue::~AppendQueue() {
  if (!thread_.joinable()) return;
  {
    std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  queued_.notify_one();
  thread_.join();
}

void AppendQueue::append(InboxEntry entry, std::function<void(Result<Position>)> done) {
  const std::size_t bytes = entry.sealed.size();
  std::optional<Error> refused;
  {
    std::scoped_lock lock(mutex_);
    if (!is_day(entry.day)) {
      refused = Error{Code::Internal, "an entry of the inbox has no day", {}, {}};
    } else if (ending_ || waiting_ >= limits_.waiting || waiting_bytes_ + bytes > limits_.waiting_bytes) {
      refused = Error{Code::TooBusy, "the inbox has as much in hand as it can hold", {}, "Send it again later."};
    } else {
      ++waiting_;
      waiting_bytes_ += bytes;
      queue_.push_back({std::move(entry), std::move(done)});
    }
  }
  if (refused) return done(tl::unexpected(*refused));
  queued_.notify_one();
}

void AppendQueue::work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      queued_.wait(lock, [&] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
    }
    rest_(!write_next());
  }
}

std::vector<AppendQueue::Waiting> AppendQueue::take_group() {
  std::scoped_lock lock(mutex_);
  std::vector<Waiting> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < limits_.group && bytes < limits_.group_bytes) {
    bytes += queue_.front().entry.sealed.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

// Entries of one day that follow each other are one commit. Around midnight a group may hold two days.
bool AppendQueue::write_next() {
  std::vector<Waiting> taken = take_group();
  bool more = false;
  for (std::span<Waiting> group = taken; !group.empty();) {
    const std::string day = group.front().entry.day;
    const auto end = std::ranges::find_if(group, [&](const Waiting& w) { return w.entry.day != day; });
    const std::span<Waiting> one = group.first(static_cast<std::size_t>(end - group.begin()));
    std::size_t bytes = 0;
    for (const Waiting& w : one) bytes += w.entry.sealed.size();
    // AckedIsDurable: the one place where a sender is told.
    const auto tell = [&](const Result<void>& written) {
      for (const Waiting& w : one)
        w.done(written ? Result<Position>(w.entry.position) : Result<Position>(tl::unexpected(written.error())));
    };
    const bool at_once = mutant(Mutant::AckBeforeFsync);
    if (at_once) tell({});
    const Result<void> written = write_(day, one);
    {
      std::scoped_lock lock(mutex_);
      waiting_ -= one.size();
      waiting_bytes_ -= bytes;
      more = !queue_.empty();
    }
    if (!at_once) tell(written);
    group = group.subspan(one.size());
  }
  return more;
}

}  // namespace linchpin::store
