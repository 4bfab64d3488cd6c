// hub.yaml, and what a hub can be asked.
#include "model/hub.hpp"

#include <charconv>
#include <chrono>
#include <filesystem>

#include "model/direct.hpp"
#include "model/draft.hpp"

namespace linchpin::model {

const Field* Entity::field(std::string_view wanted) const {
  for (const Field& one : fields)
    if (one.name.text == wanted) return &one;
  return nullptr;
}

std::vector<const mapping::Mapping*> Hub::mappings_of(const SystemName& in, const ObjectName& object) const {
  std::vector<const mapping::Mapping*> found;
  for (const auto& [mapping_name, mapping] : mappings)
    if (mapping.system == in && mapping.object == object) found.push_back(&mapping);
  return found;
}

const mapping::Mapping* Hub::mapping_for(const EntityName& wanted, const SystemName& in) const {
  const mapping::Mapping* first = nullptr;
  for (const auto& [mapping_name, mapping] : mappings) {
    if (mapping.system != in || mapping.entity != wanted) continue;
    if (first == nullptr) first = &mapping;
    for (const mapping::FieldMapping& field : mapping.fields)
      if (field.direction != mapping::Direction::In) return &mapping;
  }
  return first;
}

std::vector<const Flow*> Hub::flows_of(const EntityName& wanted) const {
  std::vector<const Flow*> found;
  for (const auto& [flow_name, flow] : flows)
    if (reads(flow) && flow.entity == wanted) found.push_back(&flow);
  return found;
}

const Shape& hub_shape() {
  using namespace shape;
  static const Shape s = object(
      "a hub", {
                   required("hub", text("a name: lower-case letters, digits, - and _", is_name), "the hub's name"),
                   key("time_zone", text(), "the firm's time zone, an IANA name such as Australia/Sydney"),
                   key("retain", map_of(text("a span such as 30 days, or 7 years after an event")),
                       "how long each class of record is kept, and from when"),
               });
  return s;
}

// "7 years" as days: a year counts 366 days, so that nothing that the law wants kept goes a day too early.
static std::optional<milliseconds> span_of(const std::string& text) {
  if (auto span = parse_span(text)) return *span;
  const std::size_t digits = text.find(' ');
  int years = 0;
  if (digits == std::string::npos || (text.substr(digits) != " years" && text.substr(digits) != " year")) return {};
  if (std::from_chars(text.data(), text.data() + digits, years).ptr != text.data() + digits || years > 1000) return {};
  return std::chrono::duration_cast<milliseconds>(std::chrono::hours(24 * 366 * years));
}

void read_hub(const Node& node, Draft& draft) {
  draft.hub_node = node;
  draft.hub.name = text_at(node, "hub");
  draft.hub.zone = text_at(node, "time_zone", "UTC");
  for (const Node::Member& rule : members_at(node, "retain")) {
    const std::string& text = rule.value.text;
    const std::size_t after = text.find(" after ");
    const auto span = span_of(text.substr(0, after));
    if (!span)
      draft.findings.mistake(Code::TypeWrong, rule.value.at, "'" + text + "' does not begin with a span",
                             "Write 30 days, 7 years, or 7 years after contact.stage becomes former");
    else if (after == std::string::npos)
      draft.hub.retain[rule.key] = *span;
  }
}

void judge_hub(Draft& draft) {
  const std::string& zone = draft.hub.zone;
  const bool plain = !zone.empty() && zone.find("..") == std::string::npos && zone[0] != '/';
  std::error_code ignored;
  if (zone != "UTC" && !(plain && std::filesystem::is_regular_file("/usr/share/zoneinfo/" + zone, ignored)))
    draft.findings.mistake(Code::ReferenceUnknown, place_at(draft.hub_node, "time_zone"),
                           "'" + zone + "' is no time zone of the tz database", "Write one such as Australia/Sydney");
  for (const Node::Member& rule : members_at(draft.hub_node, "retain")) {
    const std::size_t after = rule.value.text.find(" after ");
    if (after == std::string::npos) continue;
    draft.findings.warning(Code::NotBuilt, rule.value.at,
                           "'" + rule.key + "' is kept without an end: retention from an event does not run yet");
    // "contact.lifecycle_stage becomes former" must name what there is; a word alone ("superseded") is the register's.
    const std::string event = rule.value.text.substr(after + 7);
    const std::size_t dot = event.find('.');
    const std::size_t space = event.find(' ');
    if (dot == std::string::npos || space == std::string::npos || dot > space) continue;
    if (const Entity* entity = draft.known_entity(event.substr(0, dot), rule.value.at))
      draft.known_field(*entity, event.substr(dot + 1, space - dot - 1), rule.value.at);
  }
}

}  // namespace linchpin::model
