#include "sim/layers.hpp"

namespace linchpin::sim {
namespace {

// The other part of a name.
const std::vector<Layer>* beside(const Stacks& stacks, const Spot& spot, Spot& other) {
  if (spot.second != Field::Given && spot.second != Field::Family) return nullptr;
  other = {spot.first, spot.second == Field::Given ? Field::Family : Field::Given};
  const auto at = stacks.find(other);
  return at == stacks.end() ? nullptr : &at->second;
}

}  // namespace

void Layers::say(const std::map<Spot, std::string>& values, const std::map<Spot, std::string>& changes) {
  const Stacks before = now_;
  for (const auto& [spot, value] : values) now_.at(spot).push_back({value, changes.at(spot)});
  std::map<std::string, std::set<Spot>> by_change;
  for (const auto& [spot, change] : changes) by_change[change].insert(spot);
  for (const auto& [change, of] : by_change) steps_.push_back({change, of, before, now_});
}

Upshots Layers::without(const Step& step, bool parts_apart) const {
  Upshots upshots;
  for (const Spot& spot : step.of) {
    const Layer& now = now_.at(spot).back();
    upshots[spot] = now.value == step.before.at(spot).back().value ? Upshot::Nothing
                    : now == step.after.at(spot).back()            ? Upshot::Back
                                                                   : Upshot::Stays;
  }
  const Upshots alone = upshots;
  for (auto& [spot, upshot] : upshots) {
    Spot other;
    const std::vector<Layer>* part = beside(now_, spot, other);
    if (!part || upshot == Upshot::Stays) continue;
    if (const auto with = alone.find(other); with != alone.end()) {  // both are taken back, or neither
      if (with->second == Upshot::Stays) upshot = upshot == Upshot::Back ? Upshot::Stays : Upshot::Either;
    } else if (upshot == Upshot::Back && parts_apart && part->back() != step.after.at(other).back()) {
      upshot = Upshot::Either;
    }
  }
  return upshots;
}

Upshots Layers::since(const Stacks& then) const {
  Upshots upshots;
  for (const auto& [spot, stack] : now_)
    upshots[spot] = stack.back().value == then.at(spot).back().value ? Upshot::Nothing : Upshot::Back;
  return upshots;
}

void Layers::take_back(const std::string& id, const std::set<Spot>& of, const Stacks& before) {
  Step step{id, of, now_, {}};
  for (const Spot& spot : of) now_[spot] = before.at(spot);
  step.after = now_;
  steps_.push_back(std::move(step));
}

}  // namespace linchpin::sim
