#include "sim/memory_store.hpp"

#include "sim/memory_rows.hpp"

namespace linchpin::sim {

using namespace engine;

Inbox::Inbox() { crash(); }
Inbox::Inbox(const Inbox& other) : Inbox() { *this = other; }

Inbox& Inbox::operator=(const Inbox& other) {
  if (this == &other) return *this;
  std::scoped_lock lock(mutex_, other.mutex_);
  entries_ = other.entries_;
  last_ = other.last_;
  limits_ = other.limits_;
  crash();
  return *this;
}

Result<void> Inbox::write(std::span<Waiting> group) {
  std::scoped_lock lock(mutex_);
  if (refuse_ > 0) {
    --refuse_;
    return refused();
  }
  for (Waiting& w : group) {
    ++last_.number;
    w.entry.position = last_;
    entries_[last_] = w.entry;
  }
  return {};
}

void Inbox::append(InboxEntry entry, std::function<void(Result<Position>)> done) {
  queue_->append(std::move(entry), std::move(done));
  {
    std::scoped_lock lock(mutex_);
    if (hold_) return;
  }
  flush();
}

void Inbox::flush() {
  while (queue_->write_next()) continue;
}

Result<std::vector<InboxEntry>> Inbox::read(Position after, std::size_t most) {
  std::scoped_lock lock(mutex_);
  std::vector<InboxEntry> entries;
  for (auto at = entries_.upper_bound(after); at != entries_.end() && entries.size() < most; ++at) {
    entries.push_back(at->second);
  }
  return entries;
}

Result<Position> Inbox::last() {
  std::scoped_lock lock(mutex_);
  return last_;
}

Result<void> Inbox::go_on_after(Position position) {
  std::scoped_lock lock(mutex_);
  last_ = std::max(last_, position);
  return {};
}

Result<void> Inbox::forget_before(const std::string& day) {
  std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.day < day; });
  return {};
}

void Inbox::hold(bool on) {
  std::scoped_lock lock(mutex_);
  hold_ = on;
}
void Inbox::crash() {
  queue_.emplace(limits_, [this](const std::string&, std::span<Waiting> group) { return write(group); });
}
void Inbox::refuse(int groups) {
  std::scoped_lock lock(mutex_);
  refuse_ = groups;
}
void Inbox::limit(std::size_t waiting) {
  limits_.waiting = waiting;
  crash();
}

}  // namespace linchpin::sim
