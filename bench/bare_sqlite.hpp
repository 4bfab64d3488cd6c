// SQLite alone, over a copy of a state: its tables, its pragmas and its checkpoints, by prepared statements that know
// beforehand what is new and what is not. What the store's commit is held against.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/rows.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace linchpin::bench {

// A group of merges as one commit: what the store is given, and of its match keys those that really change.
struct Group {
  engine::Batch batch;
  std::vector<engine::MatchKeyRow> stale, fresh;
  std::int64_t rows = 0;  // that are put
};

class BareSqlite {
 public:
  static Result<BareSqlite> open(const std::filesystem::path& file);
  BareSqlite(BareSqlite&& other) noexcept;
  BareSqlite& operator=(BareSqlite&&) = delete;
  ~BareSqlite();
  Result<void> commit(const Group&);

 private:
  explicit BareSqlite(sqlite3* handle) : handle_(handle) {}
  template <class... T>
  Result<void> run(std::size_t statement, const T&... values);
  sqlite3* handle_;
  std::vector<sqlite3_stmt*> statements_;
  std::unique_ptr<int> wal_pages_ = std::make_unique<int>(0);
};

}  // namespace linchpin::bench
