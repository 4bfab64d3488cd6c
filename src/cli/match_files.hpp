// The files of linchpin match: records as CSV with a header or as JSON lines, and who is who in a truth file.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "matching/record.hpp"
#include "matching/train.hpp"
#include "model/hub.hpp"

namespace linchpin::cli {

// The records of a file; the system is the file's base name. Mistakes name file, line and column.
Result<std::vector<matching::Record>> read_records(const model::Entity&, const std::string& path);
// Of several files. Two records of one system and id are a mistake.
Result<std::vector<matching::Record>> read_books(const model::Entity&, const std::vector<std::string>& paths);
Result<matching::Truth> read_truth(const std::string& path);  // system,id,person

}  // namespace linchpin::cli
