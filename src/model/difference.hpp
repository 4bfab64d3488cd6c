// What other hub files say: not which lines differ, but which keys have which values now.
#pragma once

#include <string>
#include <vector>

#include "model/hub.hpp"

namespace linchpin::model {

struct Difference {
  std::string file;           // "flows/clients.yaml"
  std::string path;           // "systems.xero.write"; "" of a file that is new or gone, or is no YAML
  std::string before, after;  // as YAML writes it on one line; "" where there is none
};

// By file, then in the order of the files' keys. Comments, quotes and order make no difference.
std::vector<Difference> differences(const std::vector<HubFile>& before, const std::vector<HubFile>& after);
Json to_json(const std::vector<Difference>&);

}  // namespace linchpin::model
