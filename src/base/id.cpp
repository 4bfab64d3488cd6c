#include "base/id.hpp"

#include <array>

namespace linchpin {
namespace {

// Crockford's base32: no I, L, O, U. Its order is ASCII's, so ids sort by time.
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t golden_length = 2 + 26;

}  // namespace

GoldenId make_golden_id(std::int64_t ms_since_epoch, std::string_view ten_random_bytes) {
  // 128 bits as a ULID has them: 48 of milliseconds, 80 of chance.
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms_since_epoch >> (40 - 8 * i));
  for (std::size_t i = 0; i < 10 && i < ten_random_bytes.size(); ++i) {
    bytes[6 + i] = static_cast<std::uint8_t>(ten_random_bytes[i]);
  }
  std::string text = "g_";
  text.reserve(golden_length);
  // 26 characters carry 130 bits: two zero bits stand in front.
  unsigned pending = 0;
  int bits = 2;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(pending >> (bits - 5)) & 31];
    pending &= 31;
  }
  return GoldenId(std::move(text));
}

bool is_golden_id(std::string_view text) {
  if (text.size() != golden_length || !text.starts_with("g_") || text[2] > '7') return false;
  return text.find_first_not_of(alphabet, 2) == std::string_view::npos;
}

}  // namespace linchpin
