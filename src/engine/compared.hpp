// How the likely matcher reads a golden record, or a record's values: as texts that tell people apart.
#pragma once

#include <vector>

#include "engine/golden.hpp"
#include "matching/record.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// Of each set of values what `likely:` compares; where the entity has no `likely:`, whatever could be compared.
matching::Record as_compared(const model::Entity&, const std::vector<Values>& alternates, matching::RecordId);

// Whether its records are people, as far as their likeness goes: it has `likely:`, or a field for a person's name. A
// field that is called `name` and no more may be a firm's.
bool are_people(const model::Entity&);

// Whether `not_values:` says that the value identifies nobody.
bool ruled_out(const model::Entity&, const model::Field&, const Value&);

}  // namespace linchpin::engine
