#include "sim/held_in_all.hpp"

namespace linchpin::sim {

std::map<Site, Holdings> held_in_all(World& world) {
  std::map<Site, Holdings> all;
  for (const Site site : all_sites) {
    const std::string name(to_text(site));
    all[site] = holdings(site, world.vendor(name).state(world.now_at(name)));
  }
  return all;
}

std::string difference(const std::map<Site, Holdings>& is, const std::map<Site, Holdings>& must) {
  for (const auto& [site, records] : must) {
    const std::string where = std::string(to_text(site)) + " record ";
    if (records.size() != is.at(site).size()) return "a " + where + "came or went";
    for (const auto& [id, wanted] : records) {
      const auto there = is.at(site).find(id);
      if (there == is.at(site).end()) return where + id + " is gone";
      const Held& now = there->second;
      for (const auto& [field, value] : wanted.values)
        if (const auto at = now.values.find(field); (at == now.values.end() ? "" : at->second) != value)
          return where + id + "'s " + std::string(to_text(field)) + " is not what it must be";
      if (now.name != wanted.name) return where + id + "'s Name is not what it must be";
      if (now.away != wanted.away || now.merged_into != wanted.merged_into || now.golden != wanted.golden ||
          now.verification != wanted.verification || now.organisation != wanted.organisation)
        return where + id + " is not what it was";
    }
  }
  return "";
}

}  // namespace linchpin::sim
