#include "engine/inbox.hpp"

#include "engine/intake.hpp"
#include "engine/seal.hpp"

namespace linchpin::engine {
namespace {

Result<std::vector<Event>> asked_for(const InboxEntry& entry, std::string_view body) {
  const Json records = TRY(parse_json(body));
  std::vector<Event> events;
  for (const Json& record : records.items()) {
    Event event;
    event.object = ObjectName(record["object"].text());
    event.record = RecordId(record["record"].text());
    event.id = "again/" + std::to_string(entry.position.number);
    events.push_back(std::move(event));
  }
  return events;
}

Result<std::string> body_of(const InboxEntry& entry, Keys& keys) {
  const Secret day_key = TRY(keys.of_day(entry.day));
  return open_body(entry.sealed, entry.system, entry.day, day_key);
}

}  // namespace

Result<InboxEntry> read_again_entry(const SystemName& system, const std::vector<RecordKey>& records, Keys& keys,
                                    Instant now) {
  Json::List list;
  for (const RecordKey& key : records)
    if (key.system == system) list.push_back(Json::object({{"object", key.object.text}, {"record", key.record.text}}));
  InboxEntry entry;
  entry.system = system;
  entry.trigger = Trigger::Api;
  entry.at = now;
  entry.day = day_of(now);
  entry.sealed = seal_body(canonical(std::move(list)), system, entry.day, TRY(keys.of_day(entry.day)));
  return entry;
}

Result<std::vector<Event>> unpack(const InboxEntry& entry, const Connector& connector, const Credential& credential,
                                  Keys& keys) {
  const std::string body = TRY(body_of(entry, keys));
  if (entry.trigger == Trigger::Api) return asked_for(entry, body);
  return connector.events(body, credential);
}

Result<std::string> body_digest(const InboxEntry& entry, Keys& keys) {
  return keys.digest("event", entry.system.text + "\x1f" + TRY(body_of(entry, keys)));
}

std::string event_digest(const SystemName& system, const Event& event, Keys& keys) {
  std::string text = system.text;
  for (const std::string* part : {&event.object.text, &event.record.text, &event.id, &event.property})
    text.append("\x1f").append(*part);
  return keys.digest("event", text);
}

}  // namespace linchpin::engine
