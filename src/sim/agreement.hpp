// The independent judge: compares what the sandboxes hold with each other, by its own few rules and no line of the
// engine. It knows the example hub: who is one person is told by the ids that the systems hold (linchpin_id,
// ContactNumber) and by the links that the hub reports; what must agree is written down here once more.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace linchpin::sim {

struct Judged {
  std::vector<std::string> complaints;  // each names records, never values
  int compared = 0;                     // pairs of records
};
// `links`: HubSpot contact id → Xero ContactID, as the process tier lists them.
Judged judge_agreement(const Json& hubspot_state, const Json& xero_state,
                       const std::map<std::string, std::string>& links);

}  // namespace linchpin::sim
