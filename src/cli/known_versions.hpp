// What the register says of a folder: which versions of its files were applied, and what the folder says besides.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "model/registry.hpp"

namespace linchpin::cli {

struct Known {
  // The latest first; before them one of number 0, where the folder says something else than the version that runs.
  std::vector<model::Version> versions;
  std::string note;  // why there are none, for people; "" when there are
};
// Asks the hub that runs on the folder, or its store. Makes neither. `folder`: what the folder's files say.
Known known_versions(const Where&, const model::Hub& folder);

// The files of the version that runs, as {"files":[{"name","text"}]}: the answer to the command "files".
Json files_in_json(const model::Hub&);

}  // namespace linchpin::cli
