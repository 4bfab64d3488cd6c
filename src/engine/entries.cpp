// The engine's reading of the inbox: entries are opened, what is new in them becomes hints or changes, and what is done
// is marked.
#include <algorithm>

#include "base/invariant.hpp"
#include "base/metric.hpp"
#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "engine/inbox.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t entries_most = 256;  // of the inbox in one step
constexpr std::size_t events_most = 1000;  // in one step, and what the last entry has more: a start is soon at work

Change carried_change(const InboxEntry& entry, const Event& event, const Settles& item) {
  Change change;
  change.id = ChangeId("c" + std::to_string(item.position.number) + "." + std::to_string(item.item));
  change.key = {entry.system, event.object, event.record};
  change.trigger = entry.trigger;
  change.record = *event.carried;
  change.asked = std::min(event.at, entry.at);
  change.seen = event.at;
  if (!event.property.empty()) change.property_at[event.property] = event.at;
  change.settles = {item};
  return change;
}

}  // namespace

// What to take of the inbox now: entries that are not wholly done, opened, with what is known of their items; of those
// that carry their records, about `wanted`. A store may be a network away, so it is asked once for all of them.
Result<std::vector<Engine::Opened>> Engine::open_entries(std::size_t wanted, std::size_t most) {
  std::vector<Opened> opened;
  const std::vector<InboxEntry> entries = TRY(world_.inbox.read(read_up_to_, most));
  if (entries.empty()) return opened;
  Store::Done done = TRY(world_.store.done(entries.front().position, entries.back().position));
  std::size_t carried = 0, unpacked = 0;
  std::map<SystemName, std::vector<std::string>> digests;
  for (const InboxEntry& entry : entries) {
    if (unpacked >= events_most) break;
    if (done.whole.contains(entry.position)) {
      read_up_to_ = entry.position;
      continue;
    }
    const auto system = systems_.find(entry.system);
    Opened o{entry,
             system == systems_.end()
                 ? Result<std::vector<Event>>(fail(Code::ReferenceUnknown, "the hub has no such system any more"))
                 : unpack(entry, *system->second.connector, system->second.credential, world_.keys),
             {},
             std::move(done.items[entry.position]),
             {}};
    if (o.events) {
      const auto carries = std::count_if(o.events->begin(), o.events->end(), [](const Event& e) { return e.carried; });
      if (carries > 0 && carried >= wanted) break;
      carried += static_cast<std::size_t>(carries);
      for (const Event& event : *o.events) o.digests.push_back(event_digest(entry.system, event, world_.keys));
      unpacked += o.events->size();
    } else if (Result<std::string> digest = body_digest(entry, world_.keys)) {
      o.digests.push_back(*std::move(digest));
    }
    read_up_to_ = entry.position;
    auto& of_system = digests[entry.system];
    of_system.insert(of_system.end(), o.digests.begin(), o.digests.end());
    opened.push_back(std::move(o));
  }
  std::map<SystemName, std::set<std::string>> seen;
  for (const auto& [system, all] : digests) seen[system] = TRY(world_.store.seen(system, all));
  for (Opened& o : opened)
    for (const std::string& digest : o.digests) o.seen.push_back(seen[o.entry.system].contains(digest));
  return opened;
}

Result<void> Engine::read_inbox(Work& work, Line& line, Instant now) {
  if (read_.size() >= waiting_most) return {};
  // Changes that the systems cannot be told of yet may wait where they are. What is only a hint is taken at once: no
  // record is written to before what is known to have happened to it is read.
  const std::size_t wanted = appetite(now);
  std::vector<Opened> opened = TRY(open_entries(wanted, wanted > 0 ? std::min(entries_most, wanted) : 1));
  if (wanted == 0 && !opened.empty())
    for (Opened& more : TRY(open_entries(wanted, entries_most))) opened.push_back(std::move(more));
  for (const Opened& o : opened) {
    if (mutant(Mutant::DoneWhenTaken)) work.rows().done_whole.push_back(o.entry.position);
    if (o.events) {
      TRY(take_entry(work, line, o, now));
    } else {
      TRY(not_understood(work, o, now));
    }
  }
  return {};
}

// Sent again by a vendor that heard no answer, it is no news; of one that a person must look at, one letter is enough.
Result<void> Engine::not_understood(Work& work, const Opened& o, Instant now) {
  const InboxEntry& entry = o.entry;
  work.rows().done_whole.push_back(entry.position);
  const bool again = !o.seen.empty() && o.seen.front();
  if (again) {
    metric::add("linchpin_webhooks_total", {{"system", entry.system.text}, {"outcome", "duplicate"}});
    return {};
  }
  metric::add("linchpin_changes_total",
              {{"system", entry.system.text}, {"trigger", to_text(entry.trigger)}, {"outcome", "dead"}});
  DeadLetterRow row;
  const std::string what = o.digests.empty() ? std::to_string(entry.position.number) : to_hex(o.digests.front());
  row.id = question_id('d', "event/" + entry.system.text + "/" + what, world_.keys);
  row.kind = "event";
  row.system = entry.system;
  row.code = std::string(code_text(o.events.error().code)), row.message = o.events.error().what;
  row.since = now;
  row.sealed = seal_detail(Json::object({{"position", entry.position.number}}), row.id, TRY(world_.keys.of_hub()));
  work.rows().dead_letters.push_back(std::move(row));
  for (const std::string& digest : o.digests) work.rows().seen.push_back({entry.system, digest});
  return {};
}

Result<void> Engine::take_entry(Work& work, Line& line, const Opened& o, Instant now) {
  const InboxEntry& entry = o.entry;
  std::vector<Settles> settled_already;
  std::vector<Change> carried;
  std::size_t open = 0;
  for (std::size_t i = 0; i < o.events->size(); ++i) {
    const Settles item{entry.position, static_cast<int>(i)};
    if (o.done.contains(item.item)) continue;
    const Event& event = (*o.events)[i];
    ++open;
    if (o.seen[i]) {
      metric::add("linchpin_webhooks_total", {{"system", entry.system.text}, {"outcome", "duplicate"}});
      settled_already.push_back(item);
      continue;
    }
    if (hub_->mappings_of(entry.system, event.object).empty()) {  // of no interest to this hub
      settled_already.push_back(item);
      continue;
    }
    digests_[item] = {entry.system, o.digests[i]};
    if (event.carried) {
      carried.push_back(carried_change(entry, event, item));
      continue;
    }
    read_.hint({entry.system, event.object, event.record}, {.trigger = entry.trigger,
                                                            .seen = event.at,
                                                            .property = event.property,
                                                            .settles = {item},
                                                            .deleted = event.kind == EventKind::Deleted,
                                                            .merged = event.kind == EventKind::Merged});
    if (!event.merged_into.empty() && event.merged_into != event.record)
      read_.hint({entry.system, event.object, event.merged_into}, {.trigger = entry.trigger, .seen = event.at});
  }
  if (open == 0) {
    work.rows().done_whole.push_back(entry.position);
    return {};
  }
  open_items_[entry.position] = open;
  settled(work, settled_already);
  for (const Change& change : carried) {
    if (!read_.waits(change.key)) {
      TRY(take(work, line, change, now));
      continue;
    }
    // It is being read anyway, later than this.
    read_.hint(change.key, {.trigger = change.trigger, .seen = change.seen, .settles = change.settles});
  }
  return {};
}

// How many changes to decide in this step: about as many as the systems can be told of now. What is decided sooner
// waits in the outbox, is stored twice, and may be out of date when its turn comes. A system that is down holds up
// none.
std::size_t Engine::appetite(Instant now) const {
  bool any = false;
  std::size_t most = 0;
  for (const auto& [name, system] : systems_) {
    if (!system.written || system.limits.closed(now)) continue;
    any = true;
    if (!system.behind) most = std::max(most, system.limits.room() * system.most);
  }
  return any ? most : entries_most;
}

void Engine::settled(Work& work, const std::vector<Settles>& items) {
  for (const Settles& item : items) {
    if (const auto digest = digests_.find(item); digest != digests_.end()) {
      work.rows().seen.push_back(digest->second);
      digests_.erase(digest);
    }
    const auto open = open_items_.find(item.position);
    hold(Invariant::MergedOnce, open != open_items_.end() && open->second > 0);
    work.rows().done.push_back(item);
    if (--open->second == 0) {
      work.rows().done_whole.push_back(item.position);
      open_items_.erase(open);
    }
  }
}

// What is held until the record is read is shared anew.
Result<bool> Engine::release(Work& work, Line& line, const RecordKey& record, const Cause& cause,
                             std::string_view trigger) {
  bool released = false;
  for (Family* family : TRY(work.families_of(record))) {
    const auto held_until_read = [&](const Delivery& d) {
      return d.state == DeliveryState::Held && (d.operation == Operation::Delete || sets_fields(d.operation)) &&
             RecordKey{d.system, d.object, d.record} == record && may_leave(d, family->golden);
    };
    if (!std::ranges::any_of(family->deliveries, held_until_read)) continue;
    released = true;
    TRY(line.share_anew(*family, cause, trigger));
  }
  return released;
}

Result<Fate> Engine::take(Work& work, Line& line, const Change& change, Instant now) {
  const Fate fate = TRY(line.take(change));
  if (fate == Fate::Merged && change.gone) TRY(brake_gone(work, change.key, now));
  TRY(release(work, line, change.key, {change.id, change.seen, now}, to_text(change.trigger)));
  const bool was_given_up = is_given_up(change.key);
  understood(work, change.key);
  if (was_given_up) try_unreadable({change.key.system, change.key.object}, now);
  for (Joining& joining : line.joins()) joins_.push_back(std::move(joining));
  for (const RecordKey& key : line.wakes())
    if (can_fetch(key.system, key.object)) read_.hint(key, {.trigger = Trigger::Reconcile, .not_before = now});
  if (fate != Fate::Again && fate != Fate::Undated) {
    settled(work, change.settles);
    return fate;
  }
  Read::Hint again{.trigger = change.trigger,
                   .seen = change.seen,
                   .settles = change.settles,
                   .not_before = fate == Fate::Again ? now + milliseconds(100) : now,
                   .with_history = fate == Fate::Undated,
                   .deleted = change.deleted,
                   .merged = change.merged};
  read_.hint(change.key, again);
  for (const auto& [property, at] : change.property_at)
    read_.hint(change.key, {.trigger = change.trigger, .seen = at, .property = property});
  return fate;
}

}  // namespace linchpin::engine
