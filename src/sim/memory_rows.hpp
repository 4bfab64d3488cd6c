// What the stores in memory have in common.
#pragma once

#include <optional>

#include "base/result.hpp"

namespace linchpin::sim {

template <class Map, class Key>
auto find(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

inline tl::unexpected<Error> refused() {
  return fail(Code::StoreUnavailable, "the simulated disk refused a write", "Try again.");
}

}  // namespace linchpin::sim
