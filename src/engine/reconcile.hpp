// reconcile: a walk reads all that a system holds of an object, whatever it says of its changes. What differs becomes a
// change like any other. Which linked records it was not shown is found, and those are asked for by their ids: only
// what the system then says is gone is gone. Where a list is much shorter than it should be, nothing is asked: a person
// is.
// This is what a walk of one system's object has come to; kept, so that one that was interrupted goes on.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.hpp"
#include "base/time.hpp"

namespace linchpin::engine {

struct Walked {
  Instant began{}, ended{};
  std::string cursor;         // of the next page, while it is under way
  std::int64_t records = 0;   // that it was shown
  std::int64_t differed = 0;  // of those: changes that nothing else had told
  std::int64_t missing = 0;   // linked records that it was not shown, and that were asked for
  bool too_short = false;     // it was shown much less than is linked: nothing was asked for
  bool repair = false;        // what still differs is told again
  bool trusted = false;       // a person has said that what is missing may be gone
};
Json to_json(const Walked&);
Result<Walked> walked_of(const std::string& kept);

// The code of a question about a first list: that of one system was empty, and another's was not.
inline constexpr const char* first_list_empty = "first_list_empty";

// Whether a list of `shown` is much shorter than `linked`.
bool short_of(std::int64_t linked, std::int64_t shown);

}  // namespace linchpin::engine
