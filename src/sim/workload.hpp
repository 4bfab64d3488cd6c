// What people do at the vendors and at the hub while the simulation runs. Every act is drawn from the seed, done, and
// written into the ledger.
#pragma once

#include <functional>
#include <string>

#include "sim/hubs.hpp"
#include "sim/ledger.hpp"
#include "sim/told.hpp"
#include "sim/typed.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

class Workload {
 public:
  Workload(World& world, Ledger& ledger, Swarm& swarm, std::size_t hub_kind);

  Result<void> plant(int people);  // into empty vendors
  Result<void> act();              // one act
  // What operators do when the faults have ended: questions are answered, dead letters tried again.
  Result<bool> tidy_up();  // false: nothing was left to do
  Result<void> end_faults();
  // An operator takes two people for one (false: there are no two), and finds out (mistake.cpp).
  Result<bool> merge_wrongly(Random&);
  Result<void> split_again();
  void vanish();  // a record is deleted without a word: only a walk can find that
  std::int64_t acts() const { return acts_; }
  const std::set<Field>& rules_changed() const { return rules_changed_; }
  std::size_t hub_kind() const { return hub_kind_; }
  std::function<void(const std::string&)> trace{};

 private:
  static constexpr std::size_t people_most = 60;
  void retune();  // the vendors' own faults
  const Holdings& held(Site);
  std::vector<std::string> records_of(const Person&, Site);  // the live ones, those that the hub made first
  std::string record_of(const Person&, Site);                // the first of them; "" when there is none
  Person* somebody(Site);                                    // with a live record there
  Result<void> say(Person&, Site, Field, const std::string& value);
  Result<void> edit(Field, Site, bool foreign);
  Result<void> edit_both();
  Result<void> edit_many();
  Result<void> newcomer(Site);
  Result<void> enter(Site, const Values&, const std::string& stage);
  bool full() const { return ledger_.people().size() >= people_most; }
  Result<void> stage();
  Result<void> put_away();
  // Who is who (doubles.cpp).
  Result<void> twin();
  Result<void> namesake();
  bool enter_meanwhile(const engine::Send&);
  Result<void> double_and_merge();
  Result<bool> merge_one();
  Result<void> merge(Person&, Site);
  Result<void> share_mailbox();
  Result<bool> part_mailboxes();
  std::vector<Told> plain_people(const std::vector<Told>&);
  Result<void> poison();
  Result<void> without_mailbox();
  Result<void> review_check();
  Result<void> change_hub();
  void pause();
  bool resume();
  void tell_still();
  Result<void> operate();
  Result<bool> answer_reviews();
  bool is_nobody(const std::string& golden);
  bool has_no_mailbox(const std::string& golden);
  Json form(Site, Field, const std::string& value);
  std::string fresh(Field);
  void note(const std::string& what) const {
    if (trace) trace(what);
  }

  World& world_;
  Ledger& ledger_;
  Swarm& swarm_;
  App app_;
  Random& chance_;
  std::size_t hub_kind_;
  std::string mode_ = "live";  // of the flow of contacts
  std::string paused_;         // "flow", "system", "hub"
  std::set<Field> rules_changed_;
  std::map<Site, Holdings> held_;
  std::int64_t acts_ = 0;
  int merging_ = 0;
  std::map<std::string, int> sent_again_;  // by review: how often an operator had what was left blank sent again
  std::set<int> sharing_mailbox_;          // people, by number
  std::string taken_for_one_;              // the golden record of two people
};

}  // namespace linchpin::sim
