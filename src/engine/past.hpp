// past: what golden records, and records in systems, were before each change and each write of ours, kept as long as
// the inbox is, so that it can be taken back (revert.hpp). A row is one change or one delivery of one golden record;
// sealed with its key like all that is known of it.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "engine/golden.hpp"
#include "engine/rows.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// One thing that became another.
struct Turn {
  enum class Kind {
    Golden,   // a golden field has another value
    Own,      // a record has said something else of a field
    Set,      // a flow or a person has
    Written,  // a field of a record was written by us: before is nothing where that is not known
    Created,  // a record was created by us
    Asked,    // an operation was asked for; `field` is its name
  } kind = Kind::Golden;
  FieldName field;
  RecordKey record;  // of Own, Written and Created
  std::optional<Sourced> before, after;
  bool operator==(const Turn&) const = default;
};

// How long the inbox is kept, and this with it.
milliseconds inbox_kept(const model::Hub&);

struct Past {
  std::int64_t id = 0;  // the order of commit
  GoldenId golden;
  ChangeId change;
  Instant at{};
  std::vector<Turn> turns;
};

// What was set, and the golden fields that have another value. What is made of other fields is told by those.
std::vector<Turn> golden_turns(const model::Entity&, const Golden& before, const Golden& after);
std::vector<Turn> own_turns(const Link& before, const Link& after);
// A delivery that was done; `before`: the link as it was.
std::vector<Turn> written_turns(const Delivery&, const std::optional<Link>& before, const RecordKey&);
// Of fields that a read has shown to hold what was sent without an answer: it was done after all.
std::vector<Turn> landed_turns(const Link& before, const Link& after, const std::vector<FieldName>& took);

}  // namespace linchpin::engine
