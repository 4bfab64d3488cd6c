// merge: owner and rules. What arrived competes only where it differs from the link's base; what a golden record is
// computed from are the own values of all its links, so the outcome does not depend on the order of arrival.
#pragma once

#include <string>
#include <vector>

#include "engine/change.hpp"
#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// One record's values as an entity's, on their way into a golden record.
struct Arrival {
  const mapping::Mapping* mapping = nullptr;
  Values values;  // of mapping::read
  const Change* change = nullptr;
  bool ours = false;  // it carries the golden record's id, so that the hub has made it: an answer was lost
  // What waits to be written there. It may have been written: a disk that lies forgets what was claimed last.
  Values due{};
};

// A system wrote what it does not own.
struct Foreign {
  FieldName field;
  model::ForeignWrite ruling = model::ForeignWrite::Review;
  Value value;         // what it wrote
  bool often = false;  // it would be put back, and was too often: a person is asked
};

// A value is put back so often in an hour. Then a person is asked: an automation of the system may write it for good.
inline constexpr std::size_t put_back_most = 3;
inline constexpr std::chrono::hours put_back_within{1};

struct Merged {
  Golden golden;                   // after
  Link link;                       // after: base, own, held
  std::vector<FieldName> took;     // fields whose value in this record is news to the hub
  std::vector<FieldName> changed;  // golden fields that are now another value
  std::vector<Foreign> foreign;
  // Nobody told when these were written: they count as of the record's last change. The order of times decides on them.
  std::vector<FieldName> untold;
  // What we once sent and nobody confirmed, or what somebody wrote who wanted the same.
  std::vector<FieldName> doubted;
};

// `links`: all of the golden record's links, the arriving record's too unless it is new (`link` then has no base).
Merged merge(const model::Hub&, const Golden& before, const std::vector<Link>& links, const Link& link, const Arrival&);

// Whether the later of two values of the field is to win, so that it matters when each was written.
bool later_wins(const model::Entity&, const model::Field&);

// The golden fields that the own values and what was set give. Pure in its arguments, whatever their order.
std::map<FieldName, Sourced> survive(const model::Hub&, const Golden&, const std::vector<Link>& links);

// A field whose only word could not be read is blank, and not its default: nothing is decided by it, and it is written
// nowhere, until it can be read.
inline constexpr std::string_view not_read = "not read: a dead letter says why";  // its rule then

}  // namespace linchpin::engine
