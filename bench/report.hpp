// What every measurement's report is made of: rounded numbers, bars, and the folder that it works in.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::bench {

Json rounded(double value, int decimals);

// A bar: what was measured, what it should be, and whether it is.
Json bar(std::string_view what, double measured, int decimals, std::string_view unit, bool at_least, double limit);
// A bar for `figure` as a part of `limit`, which was measured in the same run: both are told.
Json ratio_bar(std::string_view what, double figure, double limit, int decimals, std::string_view unit, bool at_least,
               double bar);
std::string bars_table(const Json& bars);  // each as holding or falling short

// StoreCorrupt where a server keeps fewer webhooks than it acknowledged.
Result<void> hold_acknowledged(std::string_view who, std::int64_t acknowledged, std::int64_t kept);

// A new folder on a disk, removed with this. InvalidArgument where it would lie in memory.
class BenchFolder {
 public:
  static Result<BenchFolder> make(const std::filesystem::path& in);
  BenchFolder(BenchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  BenchFolder& operator=(BenchFolder&&) = delete;
  ~BenchFolder();
  const std::filesystem::path& path() const { return path_; }
  // After an error its files are kept, and the error says where.
  Result<Json> keep_if_failed(Result<Json> measured) const;

 private:
  explicit BenchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  mutable std::filesystem::path path_;
};

}  // namespace linchpin::bench
