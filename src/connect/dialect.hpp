// What a manifest cannot say of a system, as functions: connectors/NAME/dialect.cpp defines `const Dialect
// NAME_dialect`, and the build lists all of them in one generated table (cmake/room.cmake). Keep it small: what two
// systems need is a key of the manifest.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "engine/change.hpp"

namespace linchpin::connect {

struct Dialect {
  std::string_view connector;

  // An event that the manifest's `kinds` cannot describe, such as one that says several things. Nothing when it is not
  // such a one. Null when there is no such event.
  std::optional<std::vector<engine::Event>> (*events)(const Json& event) = nullptr;
};

std::span<const Dialect* const> dialects();  // the generated table

}  // namespace linchpin::connect
