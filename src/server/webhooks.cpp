#include "server/webhooks.hpp"

#include "base/log.hpp"
#include "base/metric.hpp"
#include "engine/intake.hpp"

namespace linchpin::server {
namespace {

metric::Counter counter(const std::string& system, std::string_view outcome) {
  return {"linchpin_webhooks_total", {{"system", system}, {"outcome", outcome}}};
}

struct Counters {
  explicit Counters(const std::string& system)
      : accepted(counter(system, "accepted")), refused(counter(system, "refused")) {}
  metric::Counter accepted, refused;
};

void finish(const Reply& reply, int status) {
  Answer answer{.status = status, .headers = {}, .body = {}};
  if (status == 429) answer.headers.push_back({"Retry-After", "1"});
  if (status == 503) answer.headers.push_back({"Retry-After", "5"});
  reply(std::move(answer));
}

}  // namespace

void add_webhooks(Router& router, std::function<std::shared_ptr<const WebhookSystems>()> systems, engine::Inbox& inbox,
                  engine::Keys& keys, engine::Clock& clock) {
  const auto counters = std::make_shared<std::map<std::string, std::shared_ptr<const Counters>>>();
  router.on(
      "POST", "/webhooks/{system}",
      [systems = std::move(systems), counters, &inbox, &keys, &clock](Request request, Segments named, Reply reply) {
        const std::shared_ptr<const WebhookSystems> now = systems();
        const auto found = now->find(named[0]);
        if (found == now->end()) return reply({.status = 404, .headers = {}, .body = {}});
        const auto& [name, system] = *found;
        std::shared_ptr<const Counters>& counted = (*counters)[name];
        if (!counted) counted = std::make_shared<const Counters>(name);
        const auto credential = system.credential();
        auto taken = engine::intake(SystemName(name), request, *system.connector, system.public_url, *credential, keys,
                                    clock.now());
        if (!taken) {
          log::error("a webhook cannot be kept", {{"system", SystemName(name)}, {"error", taken.error()}});
          counted->refused.add();
          return finish(reply, 503);
        }
        if (const auto* refusal = std::get_if<engine::Refusal>(&*taken)) {
          counter(name, refusal->outcome).add();
          return finish(reply, refusal->status);
        }
        inbox.append(std::get<engine::InboxEntry>(std::move(*taken)),
                     [counted, reply = std::move(reply)](const Result<Position>& position) {
                       (position ? counted->accepted : counted->refused).add();
                       if (position) return finish(reply, 200);
                       finish(reply, position.error().code == Code::TooBusy ? 429 : 503);
                     });
      });
}

}  // namespace linchpin::server
