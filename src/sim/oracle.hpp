// The independent judge: when the faults have ended and the world is at rest, what must every system hold? It knows the
// ledger, the rules of the hub's variation as hubs.hpp says them, and what the vendors hold; no line of the engine.
#pragma once

#include <string>
#include <vector>

#include "sim/told.hpp"
#include "sim/workload.hpp"

namespace linchpin::sim {

struct Complaint {
  std::string invariant;
  std::string what;  // names records and people by their ids and numbers, never by values
  std::string by = "Oracle";
};

struct Case {  // what is judged
  const Ledger& ledger;
  const Rules& rules;
  std::set<Field> rules_changed;  // in the middle of the run: only agreement is judged
  bool disk_lied = false;         // a commit was lost: an older value may have won, the same everywhere
  bool clocks_differ = false;     // vendors' times cannot be compared closely
  bool held_back = false;         // what a flow asks may have been held, and given up where it was so no longer
  Holdings hubspot, xero;
  Json checks;                  // of the identity service: its list of verifications
  std::vector<Told> told;       // by the hub
  std::int64_t discrepant = 0;  // fields, by the hub's own count
};
std::vector<Complaint> judge(const Case&);

}  // namespace linchpin::sim
