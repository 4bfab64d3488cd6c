// Which of several records' own values is the golden one, by the judge's own words.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/hubs.hpp"

namespace linchpin::sim {

struct Own {  // a value that counts as a record's own
  std::string value;
  Instant at{};
  std::string system, record;
  bool gone = false;          // its record is
  bool written_over = false;  // its record holds another value since
};
// The one that the rule picks; nullptr of none.
const Own* picked(Rule, const std::vector<Own>&);

}  // namespace linchpin::sim
