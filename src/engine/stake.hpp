// stake: what hangs on the answer to a review, as things are now. Pure reading: nothing is decided by it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/line.hpp"
#include "engine/work.hpp"

namespace linchpin::engine {

struct Stake {
  std::set<FieldName> fields;   // on which the two sides differ, or that is asked about
  std::set<std::string> waits;  // "xero:0e3c…", a record; "xero", one to be made there; "flow verify-new-clients"
  bool regulated = false;       // one of them is
};
Result<Stake> at_stake(const model::Hub&, const ReviewRow&, const Stage&, Store&, Work&);

// Of a value that a system holds once: the value, and the records there that the hub knows to hold it. Those of a field
// that `match:` compares can be found; of another field none is known.
struct Taken {
  Value value;
  std::vector<RecordKey> by;
};
Result<Taken> taken_by(const model::Hub&, const ReviewRow&, Keys&, Work&);

}  // namespace linchpin::engine
