#include "sim/picked.hpp"

#include <algorithm>
#include <tuple>

namespace linchpin::sim {

const Own* picked(Rule rule, const std::vector<Own>& values) {
  const std::string owner = rule == Rule::HubspotOwns ? "hubspot" : rule == Rule::XeroOwns ? "xero" : "";
  const auto owns = [&](const Own& o) { return o.system == owner; };
  const bool is_there = std::any_of(values.begin(), values.end(), [&](const Own& o) { return owns(o) && !o.gone; });
  const bool was_there = std::any_of(values.begin(), values.end(), owns);
  // Of an owner whose last record is gone the word stands until somebody writes over it.
  const auto counts = [&](const Own& o) {
    if (is_there) return owns(o) && !o.gone;
    if (was_there) return owns(o) || !o.written_over;
    return rule == Rule::Latest || !o.value.empty();
  };
  // The later; of one time, the system that stands first in the flow (and in the alphabet), then the record's id.
  const auto beats = [](const Own& a, const Own& b) {
    return a.at != b.at ? a.at > b.at : std::tie(a.system, a.record) < std::tie(b.system, b.record);
  };
  const Own* best = nullptr;
  for (const Own& o : values) {
    if (!counts(o)) continue;
    if (!best || beats(o, *best)) best = &o;
  }
  return best;
}

}  // namespace linchpin::sim
