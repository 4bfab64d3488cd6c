// What is kept of an entity's instance: the golden record, and its links (the crosswalk). Both are sealed at rest with
// the golden record's own data key (seal.hpp); nothing of them is in a column in plain text but ids, names and times.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/value.hpp"

namespace linchpin::engine {

// Golden values that were sent and never confirmed, by field.
using Tried = std::map<FieldName, std::vector<Value>>;

// A golden field: its value and where it comes from, enough to explain it after the inbox has been forgotten.
struct Sourced {
  Value value;
  Instant at{};       // the source's time
  SystemName system;  // the source; "" when a flow or a person set it
  RecordId record;
  ChangeId change;
  MappingName mapping;
  std::string rule;  // "owner", "recency", "strictest", "default", "derived", "flow verify-new-clients"
  bool operator==(const Sourced&) const = default;
};

// A value that a person has set: it wins over what any system says.
struct Pin {
  Value value;
  Instant at{};
  Instant until{};  // epoch: for good
  std::string by, why;
  bool operator==(const Pin&) const = default;
};

// That it was merged with another golden record, by a person or by rules, or that a person took records out of it.
struct Regrouped {
  enum class What { Merged, Split, SplitFrom };
  What what = What::Merged;
  GoldenId other;                  // which came in; which left; which it left
  std::vector<RecordKey> records;  // that came in, or left
  std::string by, why;
  Instant at{};
  std::map<FieldName, Sourced> replaced{};  // Merged: of `set`, what had to give way to the other's later word
  bool operator==(const Regrouped&) const = default;
};

struct Golden {
  GoldenId id;
  EntityName entity;
  std::int64_t version = 0;  // counts the commits that changed it
  Instant created{};
  std::map<FieldName, Sourced> fields;  // the winners
  std::map<FieldName, Sourced> set;     // what flows (then:) or people set: competes as the owner's value does
  std::map<FieldName, Pin> pins{};
  std::vector<Regrouped> regrouped{};  // the oldest first
  // It was merged into that one: it has no links, stays as it was, and its id names that one.
  GoldenId merged_into{};
  // By which id new records of it are made, where a record that has left it may carry its own; "" for its own. It names
  // this one, as the id of one that was merged into it does.
  GoldenId made_as{};
  // A person is asked whether it and another golden record are one (question.hpp).
  bool in_question = false;
  // It has been since it came: nothing is made for it anywhere, and no flow asks anything about it.
  bool waits = false;
  // Flows whose event has come meanwhile: they ask about it when it waits no longer.
  std::set<FlowName> due{};
};

// The last value that originated in a record: what survivorship chooses from.
struct Own {
  Value value;
  Instant at{};
  ChangeId change;
  std::optional<Value> was{};  // of survivorship: review, over which value it was written there (conflict.hpp)
  bool operator==(const Own&) const = default;
};

struct Link {
  RecordKey key;
  EntityName entity;
  MappingName mapping;  // by which the record is the entity
  GoldenId golden;
  Values base;   // by field: what the record holds now, as far as the hub knows
  Values given;  // by field: the golden value that `base` is the system's form of (vendors
                 // normalise what they are given): while golden equals it, nothing is written
  Values left;   // by field: the golden value at which a foreign write was left as it is
  // By field: golden values that were sent and never confirmed. One of them may be what the record holds: then it is
  // ours, though the golden value has moved on. Kept until the record was changed there well after the last, at
  // tried_at: a call outlives the process that made it, and the hub's clock may jump meanwhile.
  Tried tried;
  Instant tried_at{};
  std::map<FieldName, Own> own;
  std::map<FieldName, std::vector<Instant>> put_back;  // when foreign writes were, in the last hour (merge.hpp)
  // Fields in which it holds what was written for a golden record that it was taken out of, or that was taken out of
  // its own: nobody's word.
  std::set<FieldName> lent{};
  std::set<FieldName> unread{};     // fields of which it holds what could not be read: a dead letter says why
  std::set<FieldName> overruled{};  // fields in which a person has decided against its own value, while it says that
  Json held;                        // the members of the record that its mapping touches, in the system's form
  Instant created{};                // the source's time of creation
  Instant updated{};                // the source's time of the last state that we saw: older ones are stale
  Instant confirmed{};              // our last confirmed write: an answer asked for before it is stale
  // Put away there: kept in agreement, and nobody is created elsewhere for its sake.
  bool archived = false;
  bool gone = false;    // deleted there: kept, never written to. Archived as well: by the hub, which put it away
  bool doomed = false;  // to be put away there, since another system no longer has its own (deleted.hpp)
};

}  // namespace linchpin::engine
