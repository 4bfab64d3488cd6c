// POST /webhooks/{system}: intake over HTTP. What is accepted is decided by engine/intake over the raw bytes; the
// sender gets its 200 when the inbox has the body on disk, from the inbox's thread. Every answer has an empty body:
//   200 durable · 401 unsigned or stale · 404 no such system · 413 too large · 415 encoded · 429 full, with Retry-After
//   · 503 the hub cannot seal or store now, with Retry-After
// Counted in linchpin_webhooks_total{system,outcome}: accepted, unsigned, stale, refused (all else, of systems that
// exist).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/connector.hpp"
#include "engine/ports.hpp"
#include "server/router.hpp"

namespace linchpin::server {

struct WebhookSystem {
  std::shared_ptr<const engine::Connector> connector;
  std::function<std::shared_ptr<const engine::Credential>()>
      credential;          // thread-safe; what it points to does not change
  std::string public_url;  // the environment's, which signatures cover
};

using WebhookSystems = std::map<std::string, WebhookSystem>;
// `systems`: those of the version that runs; asked for each request. The ports are asked on the server's thread and
// must outlive its server; each is thread-safe.
void add_webhooks(Router&, std::function<std::shared_ptr<const WebhookSystems>()> systems, engine::Inbox&,
                  engine::Keys&, engine::Clock&);

}  // namespace linchpin::server
