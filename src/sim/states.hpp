// A checker of what the hub takes records and people for: at each commit it opens the rows. No link goes back to a
// state that is older than the one that it had, and none is lost unless the system said so; and where the latest word
// counts, a golden record has the latest of its links' own, whatever came first. Of the engine it uses the rows' codec
// (engine/seal.hpp), and nothing that decides.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "sim/held.hpp"
#include "sim/onlooker.hpp"
#include "sim/picked.hpp"

namespace linchpin::sim {

class States : public Onlooker {
 public:
  std::function<engine::Keys&()> keys{};                            // those of the process that runs
  std::function<bool(Field)> latest = [](Field) { return false; };  // the latest word counts, and always did

  void committed(const engine::Batch&, Instant) override;
  void commit_lost() override { taken_.clear(), lost_ = true; }
  void answered(const engine::Send&, const Result<Answer>&, Instant) override;
  void arrived(const SystemName&, const Request&) override;

 private:
  using Key = std::pair<std::string, std::string>;  // system, record
  // When a record was last said to hold a value, by its system's clock. People type each value once.
  std::map<Key, std::map<std::pair<Field, std::string>, Instant>> said_;
  std::map<Key, std::map<Field, std::string>> taken_;  // what the hub takes it for
  std::map<GoldenId, std::map<Key, std::map<Field, Own>>> own_;
  std::map<Key, GoldenId> linked_;
  std::set<std::string> told_gone_;  // HubSpot's records that an answer or an event called gone, or merged
  bool lost_ = false;                // a commit was: what links say of their own is not known any more

  void back_to_older(const Key&, const engine::Link&);
  void own_of(const Key&, const engine::Link&);
  void golden_value(const engine::Golden&) const;
};

}  // namespace linchpin::sim
