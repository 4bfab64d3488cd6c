// register: every version of the hub files that was applied. What it says is kept with it, sealed under the hub's key:
// its files, what changed with them, the systems' API versions, the plan that it was bound to.
#pragma once

#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "engine/rows.hpp"
#include "model/difference.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// Who applies a version, and why; `plan`: the hash of what it was said to do.
struct Applying {
  std::string by = "run", why, plan;
};

struct Applied {
  std::vector<model::HubFile> files;  // none of a version that an earlier release registered
  Json changes, api_versions;
  std::string plan;
};

RegisterRow register_row(std::int64_t version, const model::Hub&, const std::vector<model::HubFile>& before,
                         const Applying&, const Secret& hub_key, Instant now);
Result<Applied> open_row(const RegisterRow&, const Secret& hub_key);

}  // namespace linchpin::engine
