// derive: the fields of a golden record that are made of its others (`from:`), pure in those.
#pragma once

#include <map>
#include <vector>

#include "engine/golden.hpp"
#include "mapping/mapping.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// Puts them in. One that cannot be made (its expression fails on these values, or gives what does not fit its type) is
// left out: it has no value, and systems keep what they hold.
void derive(const model::Entity&, std::map<FieldName, Sourced>& fields);

// Those that could not be made, and why.
std::vector<mapping::FieldError> not_derived(const model::Entity&, const Golden&);

}  // namespace linchpin::engine
