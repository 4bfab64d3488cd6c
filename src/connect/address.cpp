// Which addresses are public: all that RFC 6890's registries do not set aside.
#include <array>
#include <cstdint>

#include "connect/transport.hpp"

namespace linchpin::connect {
namespace {

struct Range {
  std::array<std::uint8_t, 16> prefix;
  int bits;
};

bool inside(std::string_view address, const Range& range) {
  for (int bit = 0; bit < range.bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((static_cast<std::uint8_t>(address[byte]) & mask) != (range.prefix[byte] & mask)) return false;
  }
  return true;
}

constexpr std::array special_v4{
    Range{{0}, 8},              // this network
    Range{{10}, 8},             // private
    Range{{100, 64}, 10},       // shared, behind carriers
    Range{{127}, 8},            // loopback
    Range{{169, 254}, 16},      // link-local, where clouds keep their metadata
    Range{{172, 16}, 12},       // private
    Range{{192, 0, 0}, 24},     // protocol assignments
    Range{{192, 0, 2}, 24},     // documentation
    Range{{192, 88, 99}, 24},   // relays
    Range{{192, 168}, 16},      // private
    Range{{198, 18}, 15},       // benchmarks
    Range{{198, 51, 100}, 24},  // documentation
    Range{{203, 0, 113}, 24},   // documentation
    Range{{224}, 3},            // multicast, reserved, broadcast
};
constexpr Range global_v6{{0x20}, 3};  // 2000::/3 is all that is global
constexpr std::array special_v6{
    Range{{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo among them
    Range{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Range{{0x3f, 0xff}, 20},              // documentation
};
constexpr Range mapped_v4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Range translated_v4{{0x00, 0x64, 0xff, 0x9b}, 96};  // NAT64
constexpr Range six_to_four{{0x20, 0x02}, 16};

}  // namespace

bool is_public_address(std::string_view address) {
  if (address.size() == 4) {
    for (const Range& range : special_v4) {
      if (inside(address, range)) return false;
    }
    return true;
  }
  if (address.size() != 16) return false;
  if (inside(address, mapped_v4) || inside(address, translated_v4)) return is_public_address(address.substr(12));
  if (inside(address, six_to_four)) return is_public_address(address.substr(2, 4));
  if (!inside(address, global_v6)) return false;
  for (const Range& range : special_v6) {
    if (inside(address, range)) return false;
  }
  return true;
}

}  // namespace linchpin::connect
