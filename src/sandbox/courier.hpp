// What a vendor still has to tell: events wait here, are joined into messages, and each message is tried until it is
// answered with 2xx or the vendor's schedule ends. Pure: what is due is handed out, what was answered is handed in.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "sandbox/chance.hpp"

namespace linchpin::sandbox {

struct Schedule {
  std::size_t batch = 1;              // events in one message, at most
  std::size_t flights = 10;           // messages under way at once, at most
  std::vector<milliseconds> retries;  // how long after the first, second … failure it is tried again
  bool randomised = false;            // each of them between half of it and all of it
};

struct Message {
  std::string id;  // the same for all attempts
  std::vector<Json> events;
  std::string kind;  // "" for events; a vendor's own word for anything else (Xero's handshake)
  int attempt = 0;   // counts from 0
  Instant due{};
  bool flying = false;  // sent, not answered yet
};

class Courier {
 public:
  explicit Courier(Schedule schedule) : schedule_(std::move(schedule)) {}

  void add(Json event, Instant due);  // an event that joins others
  void add(Message message) { messages_.push_back(std::move(message)); }
  void forget_everything();
  void forget_kind(const std::string& kind);

  // The messages to send now, each marked as flying. `id` makes one for a message that has none. While not `open`,
  // only messages with a kind of their own go.
  std::vector<Message> take_due(Instant now, bool open, Chance&);
  const Message* find(const std::string& id) const;  // one that is under way
  // What became of one: gone when `delivered`, else due again by the schedule, or gone when that has ended. Returns the
  // message as it was sent; nothing for an id that is not under way.
  struct Settled {
    Message message;
    bool given_up = false;
  };
  std::optional<Settled> settle(const std::string& id, bool delivered, Instant now, Chance&);
  std::optional<Instant> next_due(bool open) const;
  std::size_t waiting() const { return events_.size() + messages_.size(); }

 private:
  Schedule schedule_;
  std::multimap<Instant, Json> events_;  // by due; those due at once in order of arrival
  std::deque<Message> messages_;
  std::size_t flying_ = 0;
};

}  // namespace linchpin::sandbox
