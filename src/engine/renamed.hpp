// renamed: what the store holds names flows and mappings as the files did when it was put there. Under files that name
// them otherwise it is what does the same now: the mapping of that object to that entity, the flow that writes there,
// the flow that acts on the same event. What has none keeps its name, and goes nowhere.
#pragma once

#include "engine/families.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

bool names_others(const model::Hub&, const Family&);  // some flow or mapping that these files do not have
void rename(const model::Hub&, Family&);

}  // namespace linchpin::engine
