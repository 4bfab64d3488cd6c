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

// A flow that goes live while people are asked about pairs of its entity: the open reviews of kind match.
struct Unanswered {
  FlowName flow;
  EntityName entity;
  std::vector<std::string> reviews;  // by id
};
Json to_json(const std::vector<Unanswered>&);  // [{"flow","entity","reviews": how many}]

// Who applies a version, and why; `plan`: the hash of what it was said to do; `despite`: what did not stop it, since
// whoever applies it has said so.
struct Applying {
  std::string by = "run", why, plan;
  std::vector<Unanswered> despite{};
};

struct Applied {
  std::vector<model::HubFile> files;  // none of a version that an earlier release registered
  Json changes, api_versions;
  Json despite;  // [{"flow","entity","reviews":[ids]}], where there was any
  std::string plan;
};

RegisterRow register_row(std::int64_t version, const model::Hub&, const std::vector<model::HubFile>& before,
                         const Applying&, const Secret& hub_key, Instant now);
Result<Applied> open_row(const RegisterRow&, const Secret& hub_key);

}  // namespace linchpin::engine
