// What a correctly signed body says.
#include "connect/webhook.hpp"

#include <algorithm>

#include "connect/fill.hpp"
#include "connect/record.hpp"

namespace linchpin::connect {
namespace {

using namespace engine;

tl::unexpected<Error> unreadable(const Language& language, const char* why) {
  return fail(Code::EventUnreadable, "a webhook of " + language.manifest->name + " " + why,
              "Compare the connector's webhook.events with what the vendor now sends");
}

bool other_tenant(const EventShape& shape, const Json& event, const Credential& credential) {
  if (!shape.tenant) return false;
  const auto ours = credential.settings.find(shape.tenant_setting);
  return ours == credential.settings.end() || scalar_text(at(*shape.tenant, event)) != ours->second;
}

// Whether the event says what the conditions of a kind ask for, whatever it says there.
bool says_its_kind(const EventShape& shape, const Json& json) {
  return std::ranges::any_of(shape.kinds, [&](const EventKindRule& rule) {
    return std::ranges::all_of(rule.where.all,
                               [&](const Condition::At& entry) { return at(entry.path, json).is_text(); });
  });
}

// Nothing: no kind describes it, so it is about something that the hub does not keep.
Result<std::optional<Event>> read_event(const Language& language, const EventShape& shape, const Json& json) {
  for (const EventKindRule& rule : shape.kinds) {
    if (!rule.where.fits(json)) continue;
    const auto moment = parse_moment(shape.time.form, at(shape.time.at, json));
    Event event{.kind = rule.kind,
                .object = rule.object,
                .record = RecordId(scalar_text(at(rule.record, json))),
                .merged_into = {},
                .id = fill_text(shape.id, json),
                .at = moment.value_or(Instant{}),
                .property = fill_text(rule.property, json),
                .carried = {}};
    if (event.record.empty()) return unreadable(language, "names no record");
    if (!moment) return unreadable(language, "has no time");
    if (rule.values) {
      const auto object = language.protocol.objects.find(rule.object);
      if (object != language.protocol.objects.end())
        event.carried = read_record(object->second.record, at(*rule.values, json));
      if (!event.carried || event.carried->id != event.record)
        return unreadable(language, "carries no record, or another than it names");
    }
    return event;
  }
  if (!says_its_kind(shape, json)) return unreadable(language, "holds an event that does not say what kind it is");
  return std::nullopt;
}

}  // namespace

Result<std::vector<Event>> read_events(const Language& language, std::string_view body, const Credential& credential) {
  if (!language.protocol.events) return unreadable(language, "is not expected: its manifest declares no events");
  const EventShape& shape = *language.protocol.events;
  const auto parsed = parse_json(body);
  if (!parsed) return unreadable(language, "is not JSON, or more than may be read");
  const Json list = shape.single ? Json::list({*parsed}) : at(shape.at, *parsed);
  if (!list.is_list()) return unreadable(language, "holds no list of events");

  std::vector<Event> events;
  for (const Json& json : list.items()) {
    if (!json.is_object()) return unreadable(language, "holds an event that is no object");
    if (shape.tenant && !at(*shape.tenant, json).is_text())
      return unreadable(language, "holds an event that does not say whose it is");
    if (other_tenant(shape, json, credential)) continue;
    if (language.dialect && language.dialect->events) {
      if (auto several = language.dialect->events(json)) {
        events.insert(events.end(), several->begin(), several->end());
        continue;
      }
    }
    if (auto event = TRY(read_event(language, shape, json))) events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace linchpin::connect
