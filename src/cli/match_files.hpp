// The files of linchpin match: records as CSV with a header or as JSON lines, and who is who in a truth file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "matching/record.hpp"
#include "matching/train.hpp"
#include "model/hub.hpp"

namespace linchpin::cli {

// By file and column, what is said of one that is left out and whose name is nearly that of another, else ""; and of
// dates of birth that are no dates.
using Slips = std::map<std::pair<std::string, std::string>, std::string>;

// The records of files; the system is a file's base name. Mistakes name file, line and column. Two records of one
// system and id are one.
Result<std::vector<matching::Record>> read_books(const model::Entity&, const std::vector<std::string>& paths, Slips&);
Result<matching::Truth> read_truth(const std::string& path);  // system,id,person

}  // namespace linchpin::cli
