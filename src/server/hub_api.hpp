// The port from the server to the hub: a command as a JSON object, and its answer. The wiring carries it to the
// engine's thread, which alone reads the state, checks the token and leaves out what may not be seen.
//
// Commands of the process tier. `token` is the SHA-256 of an app's bearer token in lower-case hex: the hub compares it
// with AppRow::token_hash in constant time, and TokenInvalid is one answer for a wrong and a revoked one. It is checked
// before anything else is looked at. Fields of class restricted and compliance_only are in no answer, and neither are
// their names.
//
//   {"command":"process.get","token":HEX,"entity":"contact","id":ID}         ID: a golden id, or system:record
//     → {"id":ID,"entity":"contact","fields":{NAME:{"value":…,"source":SYSTEM,"at":RFC 3339}},
//        "links":[{"system":SYSTEM,"record":RECORD}]}
//     NotFound when there is no such golden record of that entity, or no such entity.
//   {"command":"process.list","token":HEX,"entity":"contact","limit":1..500,"cursor":TEXT}     cursor "": the first
//   page
//     → {"items":[as above, in order of id],"next":TEXT or null}
//     InvalidArgument when the cursor is none that the hub gave.
//
// The control socket (server/control.hpp) carries the command line's commands in the same way, each with a "command" of
// its own and no token: whoever can open the socket is the operator. The wiring must not let a token command in there
// stand for more, nor a tokenless one come from HTTP.
#pragma once

#include <functional>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::server {

class HubApi {
 public:
  virtual ~HubApi() = default;
  // Thread-safe, never blocks. `done` is called exactly once, from any thread. TooBusy when too many wait.
  virtual void ask(Json command, std::function<void(Result<Json>)> done) = 0;
};

}  // namespace linchpin::server
