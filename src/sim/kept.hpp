// A checker of what the hub keeps, at rest: it opens the sealed rows and compares them with what the vendors hold and
// what people said. Of the engine it uses the rows' codec (engine/seal.hpp), and nothing that decides.
#pragma once

#include <string>
#include <vector>

#include "sim/hubs.hpp"
#include "sim/ledger.hpp"
#include "sim/oracle.hpp"
#include "sim/trail.hpp"

namespace linchpin::sim {

struct Keeping {
  engine::Store& store;
  engine::Keys& keys;
  Ledger& ledger;
  const Trail& trail;
  const Rules& rules;
  std::set<Field> rules_changed;
  Holdings hubspot, xero;
  // What was sent is forgotten with a commit that is lost, and too soon where the hub's clock jumps: then its echo
  // cannot be told from somebody's word.
  bool forgets = false;
};
// Of every golden contact: each link's base is what its record holds; each value that counts as a record's own was said
// there, at a time that its system gave; and the golden value is the one that the rule of its field picks from them.
std::vector<Complaint> check_kept(const Keeping&);

}  // namespace linchpin::sim
