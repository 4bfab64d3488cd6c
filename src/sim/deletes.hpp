// What follows a delete, once the faults have ended and the world is at rest: the hub's files say `on_delete:
// propagate`, `review` or `detach`, now and then with a brake; people delete records that a random history has left,
// with a word or without one, edit the other one, or take it out again. What every system must hold then, and what must
// wait for a person's yes, the judge knows by the rule alone.
#pragma once

#include <functional>

#include "sim/hubs.hpp"
#include "sim/ledger.hpp"
#include "sim/told.hpp"

namespace linchpin::sim {

class Deletes {
 public:
  struct Setting {
    World& world;
    Ledger& ledger;
    std::size_t hub_kind;
    std::function<void()> settle;  // until nothing is outstanding
    std::function<void(const std::string&)> note;
  };
  Deletes(Setting setting, std::uint64_t seed) : s_(std::move(setting)), app_(s_.world, "noor"), chance_(seed) {}

  // Throws Broken. false: there is nobody whose record could be deleted.
  Result<bool> go();

 private:
  enum class Act { Told, Silent, Edited, Restored };
  struct Known {
    int person = 0;
    std::string golden;
    std::map<Site, std::string> records;
    Act act = Act::Told;
  };

  Result<void> files();
  Result<void> choose();
  Result<void> remove(const Known&);
  Result<void> meanwhile(const Known&);
  Result<void> all_at_once();
  void must_follow(const Known&);
  Result<void> released();
  Result<bool> let_go_on();
  Result<void> answers();
  Result<Json::List> open(const std::string& kind);
  Result<void> asks_exactly();
  std::size_t put_away(const std::map<Site, Holdings>&) const;
  Result<void> live();

  Setting s_;
  App app_;
  Random chance_;
  std::string ruling_;
  std::size_t brake_ = 0;  // deletes in an hour; 0: as many as there are
  bool pauses_ = false;    // an operator has paused Xero meanwhile
  std::vector<Known> people_;
  std::map<Site, Holdings> must_;                            // what every system holds, but for what is due
  std::set<std::string> due_;                                // records in Xero that are to be put away
  std::set<std::pair<std::string, std::string>> questions_;  // golden record, and the record that it is about
};

}  // namespace linchpin::sim
