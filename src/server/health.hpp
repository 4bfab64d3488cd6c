// For a supervisor and for Prometheus: GET /health/live, /health/ready, /metrics. No token: they say nothing of any
// record.
#pragma once

#include <functional>

#include "server/router.hpp"

namespace linchpin::server {

// `live` is 200 as long as the server answers. `ready` is 200 when `ready()` says so and else 503: it is asked on the
// server's thread, must not block, and is thread-safe.
void add_health(Router&, std::function<bool()> ready);
void add_metrics(Router&);

}  // namespace linchpin::server
