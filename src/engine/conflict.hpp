// conflict: of a field with `survivorship: review`, what systems say against each other, and the value that stays until
// a person has chosen. Pure in the golden record and its links; no order of arrival is in it.
//
// A record has a word while it holds the last value that originated there: not when the hub has written over it, nor
// when a person has decided against it. A word that was written over another one (Own::was) has seen it, and replaces
// it. Words that have not seen each other, and differ, are a conflict; so is one that differs from what a person has
// set, until it is written over that.
#pragma once

#include <string_view>
#include <vector>

#include "engine/golden.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

class Work;
struct Family;

struct Contest {
  const Link* stays = nullptr;           // whose value is the golden one; of a conflict, the one that was written first
  const Sourced* set = nullptr;          // instead: what a person or a flow has set
  std::vector<const Link*> competing{};  // of a conflict, in order of record; else none
};
Contest contest(const model::Field&, const Golden&, const std::vector<Link>&);

bool has_word(const Link&, const FieldName&);
bool is_undecided(const Golden&, const FieldName&);                              // as survive() has found
inline constexpr std::string_view not_chosen = "review: nobody has chosen yet";  // its rule then

// Somebody has decided against what records say of such a field now; what they say from now on counts.
void overrule(Work&, Family&, const model::Field&);

}  // namespace linchpin::engine
