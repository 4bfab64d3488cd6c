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

// Of columns that are left out, by file and name: what is said of one whose name is nearly that of another; else "".
using Slips = std::map<std::pair<std::string, std::string>, std::string>;

// The records of files; the system is a file's base name. Mistakes name file, line and column. Two records of one
// system and id are one.
Result<std::vector<matching::Record>> read_books(const model::Entity&, const std::vector<std::string>& paths, Slips&);
Result<matching::Truth> read_truth(const std::string& path);  // system,id,person

}  // namespace linchpin::cli
