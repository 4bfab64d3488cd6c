// A checker of what the hub takes records for: at each commit it opens the links' rows, and none goes back to a state
// that is older than the one that it had. Of the engine it uses the rows' codec (engine/seal.hpp), and nothing that
// decides.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "sim/held.hpp"
#include "sim/onlooker.hpp"

namespace linchpin::sim {

class States : public Onlooker {
 public:
  std::function<engine::Keys&()> keys{};  // those of the process that runs

  void committed(const engine::Batch&, Instant) override;
  void commit_lost() override { taken_.clear(); }
  void answered(const engine::Send&, const Result<Answer>&, Instant) override;

 private:
  using Key = std::pair<std::string, std::string>;  // system, record
  // When a record was last said to hold a value, by its system's clock. People type each value once.
  std::map<Key, std::map<std::pair<Field, std::string>, Instant>> said_;
  std::map<Key, std::map<Field, std::string>> taken_;  // what the hub takes it for
};

}  // namespace linchpin::sim
