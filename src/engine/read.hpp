// read: completes what is only a hint. Hints for one record are joined, and records are fetched many to a call. What
// waits is held in memory only: the inbox has it until its done-mark is committed, so a restart reads it again. What an
// event told of is read before what was only listed, so that a sweep of all that a system has holds up no event.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/change.hpp"
#include "engine/connector.hpp"

namespace linchpin::engine {

class Read {
 public:
  struct Hint {
    Trigger trigger = Trigger::Webhook;
    Instant seen{};          // the source's time of the event
    std::string property{};  // the path that it names, or ""
    std::vector<Settles> settles{};
    Instant not_before{};
    bool with_history = false;             // when others edited it must be known
    bool deleted = false, merged = false;  // what events said became of it
  };
  void hint(const RecordKey&, Hint);
  bool waits(const RecordKey& key) const { return waiting_.contains(key); }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  // Up to `most` records of one object that are to be asked for now, or as many as may be with their history: all are
  // with it, or all without. They count as asked.
  std::vector<RecordId> ask(const SystemName&, const ObjectName&, std::size_t most, std::size_t most_with_history,
                            Instant now);
  bool with_history(const RecordKey& key) const { return waiting_.at(key).joined.with_history; }
  // The objects of a system in which a record is to be asked for now.
  std::set<ObjectName> objects(const SystemName&, Instant now) const;
  // What was asked for at `asked` came: a change for each that is there, or that the system calls gone, now or by an
  // event. The others still count as asked.
  std::vector<Change> answered(const SystemName&, const FetchCall&, Fetched, Instant asked);
  bool is_asked(const RecordKey&) const;
  // Whether it was read lately, as it was at `updated` or later; no matter what was changed before.
  bool holds(const RecordKey&, Instant updated) const;
  // It did not come: asked for again, not before `not_before`.
  void failed(const SystemName&, const FetchCall&, Instant not_before);

 private:
  using Place = std::pair<bool, std::uint64_t>;  // whether no event told of it; first come, first read
  struct Waiting {
    Hint joined;  // what is to be asked for, or was
    std::map<std::string, Instant> property_at;
    bool asked = false;
    Place place{true, 0};     // in the order, while it is not asked for
    std::vector<Hint> later;  // came after it was asked: the answer may be older
  };
  static void join(Waiting&, Hint);
  void wait(const RecordKey&, Waiting&);  // takes the last place of those that are as urgent
  std::map<RecordKey, Waiting> waiting_;
  std::map<RecordKey, Instant> as_read_;  // when what was read last had been changed
  std::map<std::pair<SystemName, ObjectName>, std::map<Place, RecordId>> order_;  // of those that are not asked for
  std::uint64_t last_number_ = 0;
};

}  // namespace linchpin::engine
