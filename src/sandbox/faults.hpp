// What goes wrong on purpose, as `POST /_sandbox/faults` asks for it.
#pragma once

#include <optional>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::sandbox {

struct Faults {
  double lost_answer = 0;            // the call is done, the connection is cut without an answer
  double error_500 = 0;              // answered 500; half of the time it was done nevertheless
  double reject_429 = 0;             // answered 429, nothing done
  double nonsense = 0;               // answered 200 with a page of HTML, as a proxy does; half of the time it was done
  double left_out = 0;               // a read by ids is answered 200 without its records, and without a word
  double webhook_drop = 0;           // an event is never told
  double webhook_double = 0;         // an event is told twice
  double webhook_reorder = 0;        // an event comes up to three seconds late, after later ones
  milliseconds slow{0};              // each answer takes so long
  seconds webhook_delay{0};          // each event is told so much later
  std::optional<seconds> index_lag;  // what a search does not see yet (HubSpot); none: the vendor's own
  bool whole_seconds = false;        // a record's time of change is told to the second (Xero)
  std::optional<Instant> until;      // they end by themselves
};

// {"lost_answer":p,"error_500":p,"slow_ms":n,"reject_429":p,"nonsense":p,"left_out":p,"webhook_drop":p,
// "webhook_double":p,"webhook_reorder":p,"webhook_delay_s":n,"index_lag_s":n,"whole_seconds":1,"until_s":n}, each
// optional, p from 0 to 1;
// {} is none. Anything else is refused.
Result<Faults> read_faults(const Json&, Instant now);

}  // namespace linchpin::sandbox
