#include "sandbox/chance.hpp"

namespace linchpin::sandbox {

std::uint64_t Chance::next() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::int64_t Chance::below(std::int64_t bound) {
  return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
}

bool Chance::happens(double probability) {
  if (probability <= 0) return false;
  if (probability >= 1) return true;
  return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
}

std::string Chance::letters(std::size_t count, std::string_view alphabet) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += alphabet[static_cast<std::size_t>(below(static_cast<std::int64_t>(alphabet.size())))];
  }
  return text;
}

std::string Chance::hex(std::size_t digits) { return letters(digits, "0123456789abcdef"); }

std::string Chance::uuid() {
  std::string text = hex(8) + "-" + hex(4) + "-4" + hex(3) + "-";
  text += letters(1, "89ab");
  return text + hex(3) + "-" + hex(12);
}

}  // namespace linchpin::sandbox
