// What travels first: an event (what a webhook or a search says happened), and a change (one record as a system holds
// it, read at a known moment). An event that carries no values is a hint: the read stage turns it into a change.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace linchpin::engine {

enum class Trigger { Webhook, Poll, Batch, Reconcile, Api };
std::string_view to_text(Trigger);  // the metrics' words: "webhook", "poll", "batch", "reconcile", "api"

enum class EventKind { Changed, Created, Deleted, Restored, Merged };

// One record as a system holds it.
struct Record {
  RecordId id;
  Json body;          // in the system's own form
  Instant updated{};  // the source's modification time, the finest that it has; epoch when unknown
  // When somebody other than the hub last edited it, where its history was asked for and tells: by the path of what was
  // edited ("properties.email"), or of the whole record ("").
  std::map<std::string, Instant> edited;
  std::set<std::string> typed;  // of these, what a person wrote last and no app, where the history tells
  Instant created{};            // the source's time of creation; epoch when unknown
  bool archived = false;
  RecordId merged_into;               // "" unless the source says so
  std::vector<RecordId> merged_from;  // the records that went into this one, where the source says so
};

// One thing that a webhook says. `id` tells a redelivery from another event (the vendor signs each retry anew).
struct Event {
  EventKind kind = EventKind::Changed;
  ObjectName object;
  RecordId record;
  RecordId merged_into;           // of Merged: the survivor
  std::string id;                 // unique in the system: "3181526809", "tenant/resource/type/time"
  Instant at{};                   // the source's own time of the change
  std::string property;           // a path into the record, when the event is about one property; else ""
  std::optional<Record> carried;  // the whole record as it was at `at`, where the event carries it
};

// An item of an inbox entry that a change settles when it is committed.
struct Settles {
  Position position;
  int item = 0;
  auto operator<=>(const Settles&) const = default;
};

struct Change {
  ChangeId id;  // of the first item that it settles; or "readT", "listT.N" by when it was asked for: never given again
  RecordKey key;
  Trigger trigger = Trigger::Webhook;
  Record record;
  bool gone = false;     // the system no longer has it
  bool deleted = false;  // an event said that somebody deleted it
  bool merged = false;   // an event said that it was merged into another
  Instant asked{};       // when we asked the system for it: what it answered may be older than our later write
  Instant seen{};        // the source's time of the earliest event behind it (for the latency metric)
  std::map<std::string, Instant> property_at;  // finer times, where events named a property: path → time
  bool with_history = false;                   // the record's history was asked for with it
  std::vector<Settles> settles;
};

}  // namespace linchpin::engine
