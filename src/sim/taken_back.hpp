// An operator takes back what was written, once the faults have ended and the world is at rest: people edit some
// records that a random history has left, and a change, all since a moment, or a take-back itself is reverted. After
// each, every field of every record in every system must be as it was before, but for what somebody has changed since,
// which must be exactly what the hub lists. OnlyOursIsTakenBack.
#pragma once

#include <functional>

#include "sim/hubs.hpp"
#include "sim/layers.hpp"
#include "sim/ledger.hpp"
#include "sim/told.hpp"

namespace linchpin::sim {

class TakeBacks {
 public:
  struct Setting {
    World& world;
    Ledger& ledger;
    std::size_t hub_kind;
    const std::set<Field>& rules_changed;
    std::function<void()> settle;  // until nothing is outstanding
    std::function<void(const std::string&)> note;
  };
  TakeBacks(Setting setting, std::uint64_t seed) : s_(std::move(setting)), app_(s_.world, "vera"), chance_(seed) {}

  // Throws Broken. false: there is nobody of whom it is plain who they are.
  Result<bool> go();

 private:
  struct Known {  // a person, once in both systems
    std::string golden;
    std::map<Site, std::string> records;
  };
  struct Asked {  // what is to be taken back
    Json command;
    Upshots upshots;
    const Stacks* before = nullptr;
  };
  using Edit = std::map<Spot, std::string>;

  Result<bool> choose();
  bool begin(const Person&, const Told&);
  Rule rule(Field field) const { return rules_of(s_.hub_kind).at(field); }
  bool parts_apart() const { return rule(Field::Given) == Rule::Latest; }
  bool is_left(const Spot&) const;
  std::string fresh(Field);
  std::vector<Field> open_to(int person, Site, bool foreign) const;
  Result<bool> typed(Site, const Edit&);
  Edit draw(int person, Site, bool foreign, std::size_t most);
  int somebody();
  Result<Edit> edit_of(int person, bool name_too);
  Result<void> said(const Edit&);
  Result<void> edits();
  Result<void> foreign_edit();
  void mark();
  Asked change_of(const Step&) const;
  Asked since(std::size_t moment) const;
  Result<void> revert(const Asked&);
  std::set<Spot> plan_is_right(const Json& plan, const Asked&) const;
  void stays_are_right(const Json& plan, const Upshots&, const std::set<Spot>& takes) const;
  void writes_are_right(const Json& plan, const Stacks& before, const std::set<Spot>& takes) const;
  Result<void> going_live();
  Result<void> live();
  void look();
  std::map<Site, Holdings> wanted() const;
  std::string name_of(const Spot&) const;

  Setting s_;
  App app_;
  Random chance_;
  std::map<int, Known> people_;
  Layers layers_;
  std::map<Spot, std::string> left_;  // foreign writes that wait for a person, in the system that does not own it
  std::map<Site, Holdings> began_;    // with what
  struct Moment {
    std::string at;
    Stacks stacks;
  };
  std::vector<Moment> moments_;
  bool reverted_ = false;
};

}  // namespace linchpin::sim
