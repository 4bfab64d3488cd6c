// The commit of merges: what an edit leaves in the state (the golden record, its link with the new base, two
// deliveries, an audit entry, the done-mark of its change), sealed before, in groups of several sizes, through the
// store. Beside it, in turns, SQLite alone: the same tables, pragmas, rows and groups by prepared statements, which
// neither checks pages, nor looks for what is there, nor counts what it did. And the disk.
#pragma once

#include <filesystem>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

struct MergeCommitOptions {
  std::filesystem::path folder;       // on the disk to measure; what is made in it is removed
  int records = 20'000;               // golden records that are there before, with three links each
  std::vector<int> groups{1, 8, 64};  // merges in one commit
  int seconds = 3;                    // a turn; two of each for each size of group
};

Result<Json> measure_merge_commit(const MergeCommitOptions&);
std::string merge_commit_table(const Json& measured);

}  // namespace linchpin::bench
