#include "sandbox/courier.hpp"

#include <algorithm>

namespace linchpin::sandbox {

void Courier::add(Json event, Instant due) { events_.emplace(due, std::move(event)); }

void Courier::forget_everything() {
  events_.clear();
  messages_.clear();
  flying_ = 0;
}

void Courier::forget_kind(const std::string& kind) {
  std::erase_if(messages_, [&](const Message& m) {
    if (m.kind == kind && m.flying) --flying_;
    return m.kind == kind;
  });
}

std::vector<Message> Courier::take_due(Instant now, bool open, Chance& chance) {
  if (open) {
    while (!events_.empty() && events_.begin()->first <= now) {
      Message message;
      message.due = now;
      while (!events_.empty() && events_.begin()->first <= now && message.events.size() < schedule_.batch) {
        message.events.push_back(std::move(events_.begin()->second));
        events_.erase(events_.begin());
      }
      messages_.push_back(std::move(message));
    }
  }
  std::vector<Message> due;
  for (Message& message : messages_) {
    if (message.flying || message.due > now || (!open && message.kind.empty())) continue;
    if (flying_ >= schedule_.flights) break;
    if (message.id.empty()) message.id = chance.uuid();
    message.flying = true;
    ++flying_;
    due.push_back(message);
  }
  return due;
}

const Message* Courier::find(const std::string& id) const {
  const auto found =
      std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) { return m.id == id && m.flying; });
  return found == messages_.end() ? nullptr : &*found;
}

std::optional<Courier::Settled> Courier::settle(const std::string& id, bool delivered, Instant now, Chance& chance) {
  const auto found =
      std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) { return m.id == id && m.flying; });
  if (found == messages_.end()) return std::nullopt;
  Settled settled{*found};
  --flying_;
  const auto attempt = static_cast<std::size_t>(found->attempt);
  settled.given_up = !delivered && (attempt >= schedule_.retries.size() || !found->kind.empty());
  if (delivered || settled.given_up) {
    messages_.erase(found);
    return settled;
  }
  milliseconds wait = schedule_.retries[attempt];
  if (schedule_.randomised) wait = wait / 2 + milliseconds{chance.below(wait.count() / 2 + 1)};
  found->flying = false;
  found->attempt += 1;
  found->due = now + wait;
  return settled;
}

std::optional<Instant> Courier::next_due(bool open) const {
  if (flying_ >= schedule_.flights) return std::nullopt;  // an answer comes first
  std::optional<Instant> next;
  const auto consider = [&](Instant due) {
    if (!next || due < *next) next = due;
  };
  if (open && !events_.empty()) consider(events_.begin()->first);
  for (const Message& message : messages_) {
    if (!message.flying && (open || !message.kind.empty())) consider(message.due);
  }
  return next;
}

}  // namespace linchpin::sandbox
