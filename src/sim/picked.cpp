#include "sim/picked.hpp"

#include <algorithm>
#include <tuple>

namespace linchpin::sim {

const Own* picked(Rule rule, const std::vector<Own>& values) {
  const std::string owner = rule == Rule::HubspotOwns ? "hubspot" : rule == Rule::XeroOwns ? "xero" : "";
  const bool spoke = std::any_of(values.begin(), values.end(), [&](const Own& o) { return o.system == owner; });
  // The later; of one time, the system that stands first in the flow (and in the alphabet), then the record's id.
  const auto beats = [](const Own& a, const Own& b) {
    return a.at != b.at ? a.at > b.at : std::tie(a.system, a.record) < std::tie(b.system, b.record);
  };
  const Own* best = nullptr;
  for (const Own& o : values) {
    if (spoke ? o.system != owner : rule != Rule::Latest && o.value.empty()) continue;
    if (!best || beats(o, *best)) best = &o;
  }
  return best;
}

}  // namespace linchpin::sim
