#include "server/webhooks.hpp"

#include "base/metric.hpp"
#include "engine/intake.hpp"

namespace linchpin::server {
namespace {

void finish(const std::string& system, std::string_view outcome, int status, const Reply& reply) {
  metric::add("linchpin_webhooks_total", {{"system", system}, {"outcome", outcome}});
  Answer answer{.status = status, .headers = {}, .body = {}};
  if (status == 429) answer.headers.push_back({"Retry-After", "1"});
  if (status == 503) answer.headers.push_back({"Retry-After", "5"});
  reply(std::move(answer));
}

}  // namespace

void add_webhooks(Router& router, std::map<std::string, WebhookSystem> systems, engine::Inbox& inbox,
                  engine::Keys& keys, engine::Clock& clock) {
  router.on("POST", "/webhooks/{system}",
            [systems = std::move(systems), &inbox, &keys, &clock](Request request, Segments named, Reply reply) {
              const auto found = systems.find(named[0]);
              if (found == systems.end()) return reply({.status = 404, .headers = {}, .body = {}});
              const auto& [name, system] = *found;
              const auto credential = system.credential();
              auto taken = engine::intake(SystemName(name), request, *system.connector, system.public_url, *credential,
                                          keys, clock.now());
              if (!taken) return finish(name, "refused", 503, reply);
              if (const auto* refusal = std::get_if<engine::Refusal>(&*taken))
                return finish(name, refusal->outcome, refusal->status, reply);
              inbox.append(std::get<engine::InboxEntry>(std::move(*taken)),
                           [system_name = name, reply = std::move(reply)](const Result<Position>& position) {
                             if (position) return finish(system_name, "accepted", 200, reply);
                             finish(system_name, "refused", position.error().code == Code::TooBusy ? 429 : 503, reply);
                           });
            });
}

}  // namespace linchpin::server
