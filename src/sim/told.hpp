// What the hub tells an app of its golden records: the crosswalk and the values, by the process tier.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/held.hpp"
#include "sim/world.hpp"

namespace linchpin::sim {

struct Told {
  std::string golden;
  std::map<Site, std::vector<std::string>> links;
  Json fields;  // by name: {"value","source","at"}
};

class App {
 public:
  explicit App(World& world) : world_(world) {}
  Result<std::vector<Told>> contacts();
  Result<Told> contact(const std::string& golden);

 private:
  Result<Json> ask(Json command);
  World& world_;
  std::string token_hash_;
  int made_ = 0;
};

}  // namespace linchpin::sim
