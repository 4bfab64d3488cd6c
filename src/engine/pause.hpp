// pause: what writes nothing until a person resumes it: the whole hub, a system, a flow. It is read and merged
// meanwhile, and what would be written is kept. Durable, and in the audit log. There may be several reasons (a person,
// a brake, a list that is too short): it goes on when the last of them has ended.
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
  // By what is paused ("hub", "system/xero", "flow/clients"), why: {"by","at"}, and the "review" that asks about it.
  std::map<std::string, Json::List> said;
};

// Whether `what` is paused for that review; "": by a person's own word.
bool has_reason(const Paused&, const std::string& what, const std::string& review);

}  // namespace linchpin::engine
