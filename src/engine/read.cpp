#include "engine/read.hpp"

#include <algorithm>

#include "base/mutant.hpp"
namespace linchpin::engine {
namespace {

constexpr std::size_t as_read_most = 20'000;

// What was read as of `read` has in it what happened at `happened`, by the same clock. Of a time to the second it is
// not known: something else may have happened within that second.
bool has_in_it(Instant read, Instant happened) {
  if (happened == Instant{} || read == Instant{}) return false;
  return happened < read || (happened == read && read.time_since_epoch() % seconds(1) != milliseconds(0));
}

}  // namespace

bool Read::holds(const RecordKey& key, Instant updated) const {
  const auto at = as_read_.find(key);
  return at != as_read_.end() && !waiting_.contains(key) && has_in_it(at->second, updated);
}

void Read::join(Waiting& waiting, Hint hint) {
  Hint& joined = waiting.joined;
  if (joined.settles.empty() && joined.seen == Instant{}) joined.trigger = hint.trigger;
  if (hint.seen != Instant{} && (joined.seen == Instant{} || hint.seen < joined.seen)) joined.seen = hint.seen;
  if (!hint.property.empty()) {
    Instant& at = waiting.property_at[hint.property];
    at = std::max(at, hint.seen);
  }
  joined.not_before = std::max(joined.not_before, hint.not_before);
  joined.with_history = joined.with_history || hint.with_history;
  joined.deleted = joined.deleted || hint.deleted;
  joined.merged = joined.merged || hint.merged;
  joined.settles.insert(joined.settles.end(), hint.settles.begin(), hint.settles.end());
}

void Read::wait(const RecordKey& key, Waiting& waiting) {
  auto& order = order_[{key.system, key.object}];
  order.erase(waiting.place);
  waiting.place = {waiting.joined.settles.empty(), ++last_number_};
  order.emplace(waiting.place, key.record);
}

void Read::hint(const RecordKey& key, Hint hint) {
  const auto [at, fresh] = waiting_.try_emplace(key);
  Waiting& waiting = at->second;
  if (waiting.asked && !mutant(Mutant::AnswerOutlivesHint)) {
    waiting.later.push_back(std::move(hint));
    return;
  }
  join(waiting, std::move(hint));
  if (waiting.asked) return;
  if (fresh || waiting.place.first != waiting.joined.settles.empty()) wait(key, waiting);
}

std::set<ObjectName> Read::objects(const SystemName& system, Instant now) const {
  std::set<ObjectName> found;
  for (const auto& [where, records] : order_) {
    if (where.first != system) continue;
    const auto ready = [&](const auto& record) {
      return waiting_.at({system, where.second, record.second}).joined.not_before <= now;
    };
    if (std::any_of(records.begin(), records.end(), ready)) found.insert(where.second);
  }
  return found;
}

std::vector<RecordId> Read::ask(const SystemName& system, const ObjectName& object, std::size_t most,
                                std::size_t most_with_history, Instant now) {
  std::vector<RecordId> records;
  auto& order = order_[{system, object}];
  for (auto at = order.begin(); at != order.end() && records.size() < most;) {
    Waiting& waiting = waiting_.at({system, object, at->second});
    const bool with_others =
        records.empty() || with_history({system, object, records.front()}) == waiting.joined.with_history;
    if (waiting.joined.not_before > now || !with_others) {
      ++at;
      continue;
    }
    waiting.asked = true;
    if (waiting.joined.with_history) most = most_with_history;
    records.push_back(std::move(at->second));
    at = order.erase(at);
  }
  return records;
}

bool Read::is_asked(const RecordKey& key) const {
  const auto at = waiting_.find(key);
  return at != waiting_.end() && at->second.asked;
}

std::vector<Change> Read::answered(const SystemName& system, const FetchCall& call, Fetched fetched, Instant asked) {
  std::map<RecordId, Record> by_id;
  for (Record& r : fetched.records) by_id.emplace(r.id, std::move(r));
  const std::set<RecordId> gone(fetched.gone.begin(), fetched.gone.end());
  std::vector<Change> changes;
  for (const RecordId& id : call.records) {
    const RecordKey key{system, call.object, id};
    const auto at = waiting_.find(key);
    if (at == waiting_.end()) continue;
    const auto record = by_id.find(id);
    const bool told = gone.contains(id) || at->second.joined.deleted || at->second.joined.merged;
    if (record == by_id.end() && !told && !mutant(Mutant::AbsentIsGone)) continue;
    Waiting waiting = std::move(at->second);
    waiting_.erase(at);
    const Instant updated = record == by_id.end() ? Instant{} : record->second.updated;
    if (as_read_.size() >= as_read_most) as_read_.clear();
    as_read_[key] = updated;
    // What came after it was asked for, of what had happened before it was answered.
    std::erase_if(waiting.later, [&](const Hint& later) {
      const bool known = has_in_it(updated, later.seen) && !later.deleted && !later.merged &&
                         (call.with_history || !later.with_history);
      if (known) join(waiting, later);
      return known;
    });
    Change change;
    change.key = key;
    change.trigger = waiting.joined.trigger;
    change.asked = asked;
    change.seen = waiting.joined.seen;
    change.property_at = std::move(waiting.property_at);
    change.settles = std::move(waiting.joined.settles);
    change.with_history = call.with_history;
    change.deleted = waiting.joined.deleted, change.merged = waiting.joined.merged;
    if (!change.settles.empty()) {
      std::sort(change.settles.begin(), change.settles.end());
      change.id = ChangeId("c" + std::to_string(change.settles.front().position.number) + "." +
                           std::to_string(change.settles.front().item));
    } else {
      change.id = ChangeId("read" + std::to_string(ms_since_epoch(asked)));
    }
    if (record != by_id.end())
      change.record = std::move(record->second);
    else
      change.gone = true, change.record.id = id;
    changes.push_back(std::move(change));
    for (Hint& later : waiting.later) hint(key, std::move(later));
  }
  return changes;
}

void Read::failed(const SystemName& system, const FetchCall& call, Instant not_before) {
  for (const RecordId& id : call.records) {
    const RecordKey key{system, call.object, id};
    const auto at = waiting_.find(key);
    if (at == waiting_.end()) continue;
    at->second.asked = false;
    at->second.joined.not_before = std::max(at->second.joined.not_before, not_before);
    std::vector<Hint> later = std::move(at->second.later);
    at->second.later.clear();
    for (Hint& h : later) join(at->second, std::move(h));
    wait(key, at->second);
  }
}

}  // namespace linchpin::engine
