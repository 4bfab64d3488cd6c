// What the fields of some people were before each change and each take-back: a judge's memory of what a revert must
// bring back, and of what somebody has changed since. Pure; it knows nothing of the hub.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/held.hpp"

namespace linchpin::sim {

using Spot = std::pair<int, Field>;  // of a person, by number

struct Layer {  // a value, and the change that brought it: "" of what was there from the start
  std::string value, change;
  bool operator==(const Layer&) const = default;
};
using Stacks = std::map<Spot, std::vector<Layer>>;  // the last layer holds now

// A change or a take-back, of several fields at once.
struct Step {
  std::string id;
  std::set<Spot> of;
  Stacks before, after;
};

enum class Upshot {
  Nothing,  // it is as it was before
  Back,     // it must be as before
  Stays,    // somebody has changed it since: it must stay, and be listed
  Either,   // whoever wrote one part of a name since had the other before their eyes: the hub says which
};
using Upshots = std::map<Spot, Upshot>;

class Layers {
 public:
  void begin(const Spot& spot, const std::string& value) { now_[spot] = {{value, ""}}; }
  const Stacks& now() const { return now_; }
  const std::string& value(const Spot& spot) const { return now_.at(spot).back().value; }
  const std::vector<Step>& steps() const { return steps_; }

  // Somebody has said other values. `changes`: which change brought each.
  void say(const std::map<Spot, std::string>& values, const std::map<Spot, std::string>& changes);
  // What becomes of each field when a step is taken back; `parts_apart`: people whose two names may come from two
  // systems.
  Upshots without(const Step&, bool parts_apart) const;
  // When all since then is taken back.
  Upshots since(const Stacks& then) const;
  // It was taken back: these fields hold what they held before.
  void take_back(const std::string& id, const std::set<Spot>& of, const Stacks& before);

 private:
  Stacks now_;
  std::vector<Step> steps_;
};

}  // namespace linchpin::sim
