// The control socket's handler: POST /command with a JSON object, which goes to the hub as it is; its answer comes back
// as JSON (200), or application/problem+json. For serve_local(): the socket's mode is the access check.
#pragma once

#include "base/http.hpp"
#include "server/hub_api.hpp"

namespace linchpin::server {

Handler control(HubApi&);  // the api must outlive the server

}  // namespace linchpin::server
