#include "server/control.hpp"

#include "server/router.hpp"

namespace linchpin::server {

Handler control(HubApi& api) {
  Router router;
  router.on("POST", "/command", [&api](Request request, Segments, Reply reply) {
    Result<Json> command = parse_json(request.body);
    if (!command) return reply(problem(command.error()));
    if ((*command)["command"].text().empty())
      return reply(problem({Code::InvalidArgument, "a command without its name", {}, "Set the member \"command\""}));
    api.ask(std::move(*command), [reply = std::move(reply)](Result<Json> result) {
      reply(result ? json_answer(200, canonical(*result)) : problem(result.error()));
    });
  });
  return router;
}

}  // namespace linchpin::server
