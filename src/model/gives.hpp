// Which system gives what to which, through the hub: the map of the flows, those that people carry by hand included.
#pragma once

#include <string>
#include <vector>

#include "model/hub.hpp"

namespace linchpin::model {

struct Gives {
  std::string from, to;  // systems; "the hub" for what a flow or a default sets; places and apps by their names
  EntityName entity;     // empty of what is carried by hand
  std::vector<std::string> fields;
  std::vector<FlowName> flows;
  bool by_hand = false;
  bool regulated = false;  // a field or a flow of it is
};
// In order of from, to and entity. Flows in mode: off move nothing, and are left out.
std::vector<Gives> gives(const Hub&);
Json to_json(const Gives&);

}  // namespace linchpin::model
