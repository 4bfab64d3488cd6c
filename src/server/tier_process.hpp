// Tier 2, read-only: GET /process/{entity} and /process/{entity}/{id} for an app with its bearer token.
// Answers as in hub_api.hpp; errors are application/problem+json. Lists: ?limit=1..500 (50), ?cursor= (the `next` of
// the page before). A parameter that is unknown or given twice is refused: a misspelt cursor would give the first page
// forever.
#pragma once

#include <functional>
#include <memory>

#include "model/hub.hpp"
#include "server/hub_api.hpp"
#include "server/router.hpp"

namespace linchpin::server {

// `api` must outlive the router's server. `hub` gives the version that runs (thread-safe): what the engine answers is
// checked against it once more, and a field that is unknown there, or of a class above personal, is left out.
void add_tier_process(Router&, HubApi& api, std::function<std::shared_ptr<const model::Hub>()> hub);

}  // namespace linchpin::server
