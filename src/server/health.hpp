// For a supervisor and for Prometheus: GET /health/live, /health/ready, /metrics. No token: they say nothing of any
// record.
#pragma once

#include <functional>
#include <optional>

#include "base/result.hpp"
#include "server/router.hpp"

namespace linchpin::server {

// `live` is 200 as long as the server answers. `ready` is 200 when `trouble()` says nothing, and else 503 with what is
// wrong and what to do: it is asked on the server's thread, must not block, and is thread-safe. `role` is a word that
// follows, where several processes share the work: "active", "standing by".
void add_health(Router&, std::function<std::optional<Error>()> trouble, std::function<std::string()> role = {});
void add_metrics(Router&);

}  // namespace linchpin::server
