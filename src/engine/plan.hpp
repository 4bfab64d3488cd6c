// plan: what other hub files would write, with what is known now. What each golden record would be, what each system
// would be sent and what of it is news is said by survive, share and outbox, as when it happens; nothing of it is
// committed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/connector.hpp"
#include "engine/families.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {

struct PlannedWrite {  // one field of one record
  SystemName system;
  RecordId record;  // "" to create
  GoldenId golden;
  EntityName entity;
  Operation operation = Operation::Update;
  FieldName field;
  Class clazz = Class::ComplianceOnly;
  Value before, after;
  SystemName wins;   // whose value it is; "" when a person, a flow or a default set it
  std::string rule;  // by which it is chosen
};

// A value that these files cannot read, or cannot put into the system's form: it would wait as a dead letter.
struct PlannedLetter {
  RecordKey record;  // its id "" of one that would be created
  GoldenId golden;
  FieldName field;
  bool written = false;  // to the system; else read from it
  Error error;
};

struct PlannedSystem {
  std::int64_t linked = 0, creates = 0, updates = 0, deletes = 0, waits = 0, differs = 0, reviews = 0, letters = 0,
               calls = 0;
  double hours = 0;                                               // for those calls, under the system's limits
  std::map<std::pair<ObjectName, Operation>, std::int64_t> puts;  // records, by what a call is of
};

struct Plan {
  std::map<SystemName, PlannedSystem> systems;
  std::vector<PlannedWrite> writes;    // in order of entity and golden id
  std::vector<PlannedLetter> letters;  // as many as are shown
};

// Adds what these files would do with one family. What waits in its outbox with the same content is no news: it is
// counted apart.
void plan(Plan&, const model::Hub& next, const Family&, const Sharing&);

// Writes in one answer; they are counted, and in the hash, all of them.
inline constexpr std::size_t planned_shown_most = 10'000, letters_shown_most = 200;
bool may_see(const PlannedWrite&, bool personal);
Json to_json(const PlannedWrite&, bool seen);
Json to_json(const PlannedLetter&);
Json to_json(const SystemName&, const PlannedSystem&);

// How many calls that many records take, and how long the calls take where a share of each window is left alone.
std::int64_t calls_for(const PlannedSystem&, const model::Manifest&);
double hours_for(std::int64_t calls, const Limits&, double keep_for_realtime);

}  // namespace linchpin::engine
