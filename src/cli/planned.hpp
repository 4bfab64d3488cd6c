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

// Of {"command":"apply","plan":HASH,"by":WHO,"why":TEXT,"despite_reviews":BOOL}: what the next engine begins with; or
// its answer where the plan does not hold, or pairs that nobody has decided stop it.
struct Judged {
  engine::Applying applying;
  Json refused;  // null: it may be applied
};
Result<Judged> judged(engine::Engine&, const Planned&, const Json& command);
Result<Json> applied(engine::Engine&, Instant now, const std::string& digest,
                     const std::vector<engine::Unanswered>& despite);

// A sentence for each flow that would go live, or does, and how many pairs of its entity wait.
std::string unanswered_text(const Json& unanswered, const std::string& folder);

}  // namespace linchpin::cli
