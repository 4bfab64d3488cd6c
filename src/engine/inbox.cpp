#include "engine/inbox.hpp"

#include "engine/seal.hpp"

namespace linchpin::engine {

Result<std::vector<Event>> unpack(const InboxEntry& entry, const Connector& connector, const Credential& credential,
                                  Keys& keys) {
  const Secret day_key = TRY(keys.of_day(entry.day));
  const std::string body = TRY(open_body(entry.sealed, entry.system, entry.day, day_key));
  return connector.events(body, credential);
}

std::string event_digest(const SystemName& system, const Event& event, Keys& keys) {
  std::string text = system.text;
  for (const std::string* part : {&event.object.text, &event.record.text, &event.id, &event.property})
    text.append("\x1f").append(*part);
  return keys.digest("event", text);
}

}  // namespace linchpin::engine
