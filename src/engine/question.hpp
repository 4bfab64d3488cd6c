// question: whether a record is another golden record's is asked of a person. A record in doubt is a golden record of
// its own until then; so a question stands between two golden records, the same whichever came first, and what comes
// later is compared with both.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/work.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

struct Question {
  ReviewRow row;            // open; or a yes that is not carried out yet
  Family* other = nullptr;  // whom it may be; nullptr: the record is linked to none, and waits
  bool ours = false;        // the record that is asked about is of this golden record
};
// What is asked about a golden record and others, with what this step asks and answers.
Result<std::vector<Question>> questions_of(const Family&, Store&, Work&);

// In which systems nothing is made for it: a record there may be its own, or is being made for whom it may be. Of two
// who have none, the younger waits with all of them, unless the older does so already. `asked`: it is asked about, and
// another golden record; `ours`: whether a record of its own is the other's.
struct Undecided {
  std::set<SystemName> systems;
  bool asked = false, ours = false;
};
Result<Undecided> undecided(const model::Hub&, const Family&, Store&, Work&);

// A system has a record of it that says who it is: not only what was found out about it.
bool is_somewhere(const model::Hub&, const Family&);

// A person has said that a record of the one is not the other's.
Result<bool> said_apart(const Family&, const Family&, Store&, Work&);

}  // namespace linchpin::engine
