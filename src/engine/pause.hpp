// pause: what writes nothing until a person resumes it: the whole hub, a system, a flow. It is read and merged
// meanwhile, and what would be written is kept. Durable, and in the audit log.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/id.hpp"
#include "base/json.hpp"

namespace linchpin::engine {

struct Paused {
  bool hub = false;
  std::set<SystemName> systems;
  std::set<FlowName> flows;
  std::map<std::string, Json>
      said;  // by what is paused ("hub", "system/xero", "flow/clients"): {"by","at"}, and "review" of a brake
};

}  // namespace linchpin::engine
