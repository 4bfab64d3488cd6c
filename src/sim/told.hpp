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
  App(World& world, std::string name) : world_(world), name_(std::move(name)) {}
  Result<std::vector<Told>> contacts();
  Result<Told> contact(const std::string& golden);

 private:
  Result<Json> ask(Json command);
  World& world_;
  std::string name_, token_hash_;
  int made_ = 0;
};

}  // namespace linchpin::sim
