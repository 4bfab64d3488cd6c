// The simulated world's chance: the same seed gives the same run. SplitMix64 (Steele, Lea, Flood 2014; the constants
// are those of java.util.SplittableRandom). Not for keys that keep anything secret.
#pragma once

#include "engine/ports.hpp"

namespace linchpin::sim {

class Random : public engine::Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::string bytes(std::size_t count) override {
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(next() >> 56);
    return out;
  }
  std::uint64_t below(std::uint64_t bound) override {
    // The numbers above the largest multiple of `bound` are drawn again, so that none is more likely.
    const std::uint64_t unfair = (0 - bound) % bound;
    for (;;) {
      const std::uint64_t drawn = next();
      if (drawn >= unfair) return drawn % bound;
    }
  }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < p; }

 private:
  std::uint64_t state_;
};

}  // namespace linchpin::sim
