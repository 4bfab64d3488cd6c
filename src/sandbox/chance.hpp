// Chance from a seed: the same seed gives the same run on every machine (SplitMix64, Steele and others 2014).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::sandbox {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::int64_t below(std::int64_t bound);  // 0 <= n < bound; bound > 0
  bool happens(double probability);        // draws only when 0 < probability < 1
  std::string hex(std::size_t digits);
  std::string uuid();  // version 4's form
  std::string letters(std::size_t count, std::string_view alphabet);

 private:
  std::uint64_t state_;
};

}  // namespace linchpin::sandbox
