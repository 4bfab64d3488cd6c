#include "server/health.hpp"

#include "base/metric.hpp"

namespace linchpin::server {
namespace {

Answer plain(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace

void add_health(Router& router, std::function<std::optional<Error>()> trouble, std::function<std::string()> role) {
  router.on("GET", "/health/live", [](Request, Segments, Reply reply) { reply(plain(200, "live\n")); });
  for (const char* path : {"/health/ready", "/health"})
    router.on("GET", path, [trouble, role](Request, Segments, Reply reply) {
      const std::optional<Error> found = trouble();
      const std::string told = role ? role() : "";
      const std::string as = told.empty() ? "\n" : ", " + told + "\n";
      reply(found ? plain(503, "not ready: " + found->what + (found->fix.empty() ? "\n" : ". " + found->fix + "\n"))
                  : plain(200, "ready" + as));
    });
}

void add_metrics(Router& router) {
  router.on("GET", "/metrics", [](Request, Segments, Reply reply) {
    // Prometheus' text format, version 0.0.4.
    reply({200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metric::exposition()});
  });
}

}  // namespace linchpin::server
