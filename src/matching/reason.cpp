#include "matching/reason.hpp"

namespace linchpin::matching {

std::vector<Told> told(const Comparison& c) {
  std::vector<Told> all;
  const auto say = [&](std::string field, bool missing, bool agrees, bool differs) {
    if (!missing) all.push_back({std::move(field), agrees ? "agrees" : differs ? "differs" : "near"});
  };
  say("given_name", c.given == Given::Missing, c.given == Given::Same, c.given == Given::Differs);
  say("family_name", c.family == Family::Missing, c.family == Family::Same, c.family == Family::Differs);
  say("email", c.mail == Mail::Missing, c.mail <= Mail::Crowded, c.mail >= Mail::Other);
  say("phone", c.call == Call::Missing, c.call <= Call::Crowded, c.call >= Call::Other);
  say("date_of_birth", c.born == Born::Missing, c.born == Born::Same, c.born >= Born::Half);
  say("address", c.home == Home::Missing, c.home == Home::Same, c.home >= Home::Street);
  return all;
}

std::string_view doubt_of(const Comparison& c) {
  switch (c.doubt) {
    case Doubt::SuffixMissing:
      return "one says Jr, Sr or a number";
    case Doubt::SuffixDiffers:
      return "Jr, Sr or a number differs";
    case Doubt::TitleForGiven:
      return "one has a title for a given name";
    case Doubt::NotOnes:
      return "one is a couple, a trust or a company";
    case Doubt::None:
      break;
  }
  return {};
}

std::string reason_of(const Comparison& c) {
  std::string reason;
  for (const Told& t : told(c)) reason += (reason.empty() ? "" : "; ") + t.field + " " + t.says;
  if (c.swapped) reason += "; names swapped";
  if (const std::string_view why = doubt_of(c); !why.empty()) reason += "; " + std::string(why);
  return reason;
}

}  // namespace linchpin::matching
