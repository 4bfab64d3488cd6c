#include "server/webhooks.hpp"

#include "base/metric.hpp"
#include "engine/intake.hpp"

namespace linchpin::server {
namespace {

metric::Counter counter(const std::string& system, std::string_view outcome) {
  return {"linchpin_webhooks_total", {{"system", system}, {"outcome", outcome}}};
}

struct Taking {
  Taking(const std::string& name, WebhookSystem s)
      : system(std::move(s)), accepted(counter(name, "accepted")), refused(counter(name, "refused")) {}
  WebhookSystem system;
  metric::Counter accepted, refused;
};

void finish(const Reply& reply, int status) {
  Answer answer{.status = status, .headers = {}, .body = {}};
  if (status == 429) answer.headers.push_back({"Retry-After", "1"});
  if (status == 503) answer.headers.push_back({"Retry-After", "5"});
  reply(std::move(answer));
}

}  // namespace

void add_webhooks(Router& router, std::map<std::string, WebhookSystem> systems, engine::Inbox& inbox,
                  engine::Keys& keys, engine::Clock& clock) {
  std::map<std::string, std::shared_ptr<const Taking>> takings;
  for (auto& [name, system] : systems) takings.emplace(name, std::make_shared<const Taking>(name, std::move(system)));
  router.on("POST", "/webhooks/{system}",
            [takings = std::move(takings), &inbox, &keys, &clock](Request request, Segments named, Reply reply) {
              const auto found = takings.find(named[0]);
              if (found == takings.end()) return reply({.status = 404, .headers = {}, .body = {}});
              const auto& [name, taking] = *found;
              const WebhookSystem& system = taking->system;
              const auto credential = system.credential();
              auto taken = engine::intake(SystemName(name), request, *system.connector, system.public_url, *credential,
                                          keys, clock.now());
              if (!taken) {
                taking->refused.add();
                return finish(reply, 503);
              }
              if (const auto* refusal = std::get_if<engine::Refusal>(&*taken)) {
                counter(name, refusal->outcome).add();
                return finish(reply, refusal->status);
              }
              inbox.append(std::get<engine::InboxEntry>(std::move(*taken)),
                           [taking, reply = std::move(reply)](const Result<Position>& position) {
                             (position ? taking->accepted : taking->refused).add();
                             if (position) return finish(reply, 200);
                             finish(reply, position.error().code == Code::TooBusy ? 429 : 503);
                           });
            });
}

}  // namespace linchpin::server
