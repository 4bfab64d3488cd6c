// Alike: of those whom other hub files would create, who in the other systems is most like them. What no rule and no
// likelihood has found, a person may see at a glance, before a second record is made.
#pragma once

#include <string>
#include <vector>

#include "engine/ports.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

struct AlikeRecords {
  EntityName entity;
  RecordKey one, other;  // each a record of its golden record
  float likeness = 0;
  std::string reason;  // which fields agree, are near, or differ: no value
};

struct Alikes {
  std::int64_t created = 0;          // golden records that would be created somewhere
  std::int64_t alike = 0;            // of them, those that are in the list
  std::vector<AlikeRecords> pairs;   // of each entity, the most alike first
  std::vector<EntityName> left_out;  // that flows keep, and whose records are no people: likeness is of people's names
};

// Of the store as it is: changes nothing. A pair of which a person has said that it is two is left out, and whoever
// waits for a review is created nowhere. Needs: the files could be planned (Engine::plan); called between steps.
Result<Alikes> alikes(const model::Hub& next, Store&, Keys&);
Json to_json(const Alikes&);

}  // namespace linchpin::engine
