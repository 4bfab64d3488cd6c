// The hub files that the simulator runs: the example's, and variations of who owns what. Checked once in a process.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "model/hub.hpp"
#include "sim/held.hpp"

namespace linchpin::sim {

enum class Rule { HubspotOwns, XeroOwns, Latest };
using Rules = std::map<Field, Rule>;  // what the judge knows of a variation

inline constexpr std::size_t hub_kinds = 4;
const Rules& rules_of(std::size_t kind);
// `mode`: of the flow of contacts: "live", "shadow", "link", "off". `brakes`: of contacts, such as "{ updates: 3 an
// hour }". `on_delete`: of contacts: "propagate", "review", "detach".
Result<std::shared_ptr<const model::Hub>> hub_of(std::size_t kind, const std::string& mode = "live",
                                                 const std::string& brakes = "",
                                                 const std::string& on_delete = "detach");

// The example's files, each as `edit` makes it, and as it calls it.
Result<std::shared_ptr<const model::Hub>> example_hub(
    const std::function<void(std::string& name, std::string& text)>& edit);

}  // namespace linchpin::sim
