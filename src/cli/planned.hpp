// What a hub's folder would do, asked of an engine, and the switch to it: the same for a hub that runs and for its
// store.
#pragma once

#include "cli/open_hub.hpp"

namespace linchpin::cli {

struct Planned {
  std::shared_ptr<const model::Hub> next;  // what the folder says
  Json plan;
};
// `near`: the plan also says who of those that it creates is like whom elsewhere (engine/alike.hpp), as "near".
Result<Planned> plan_folder(engine::Engine&, const OpenHub&, bool personal, bool near = false);

// What a plan of that hash was made of and is another by now: "the files", "the version that runs", "the data"; nothing
// when it still holds.
std::vector<std::string> moved_since(const Json& plan, const std::string& hash);

// Of {"command":"apply","plan":HASH,"by":WHO,"why":TEXT}: its answer where the plan does not hold.
Json refused(const std::vector<std::string>& moved);
Result<Json> applied(engine::Engine&, Instant now, const std::string& digest);

}  // namespace linchpin::cli
