#include "engine/intake.hpp"

#include "engine/seal.hpp"

namespace linchpin::engine {

std::string day_of(Instant now) { return rfc3339(now).substr(0, 10); }

Result<std::variant<InboxEntry, Refusal>> intake(const SystemName& system, const Request& request,
                                                 const Connector& connector, const std::string& public_url,
                                                 const Credential& credential, Keys& keys, Instant now,
                                                 IntakeLimits limits) {
  if (find_header(request.headers, "Content-Encoding")) return Refusal{415, "refused"};
  if (request.body.size() > limits.body_bytes) return Refusal{413, "refused"};
  switch (connector.verify(request, public_url, credential, now)) {
    case Signature::Bad:
      return Refusal{401, "unsigned"};
    case Signature::Stale:
      return Refusal{401, "stale"};
    case Signature::Good:
      break;
  }
  InboxEntry entry;
  entry.system = system;
  entry.trigger = Trigger::Webhook;
  entry.at = now;
  entry.day = day_of(now);
  entry.sealed = seal_body(request.body, system, entry.day, TRY(keys.of_day(entry.day)));
  return entry;
}

}  // namespace linchpin::engine
