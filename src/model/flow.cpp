// flows/*.yaml: what is kept in agreement, and what events do.
#include <algorithm>

#include "mapping/expression_texts.hpp"
#include "model/draft.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

// batch "0 2 * * *", or batch nightly.
std::optional<Schedule> batch_of(std::string text) {
  if (!text.starts_with("batch ")) return {};
  text = text.substr(6);
  if (text.size() > 1 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  return parse_schedule(text);
}
bool is_pace(const std::string& text) { return text == "realtime" || text == "no" || batch_of(text).has_value(); }
bool is_schedule(const std::string& text) { return parse_schedule(text).has_value(); }
constexpr std::pair<std::string_view, Mode> modes[] = {
    {"live", Mode::Live}, {"pilot", Mode::Pilot}, {"shadow", Mode::Shadow}, {"link", Mode::Link}, {"off", Mode::Off}};

// "5%", "0.5%": of ten thousand.
std::optional<int> part_of(const std::string& text) {
  if (text.size() < 2 || text.back() != '%') return {};
  int whole = 0, hundredths = 0, digits = -1;
  for (const char c : std::string_view(text).substr(0, text.size() - 1)) {
    if (c == '.' && digits < 0) {
      digits = 0;
    } else if (c < '0' || c > '9' || digits >= 2 || whole > 100) {
      return {};
    } else if (digits < 0) {
      whole = whole * 10 + (c - '0');
    } else {
      hundredths += (c - '0') * (digits++ == 0 ? 10 : 1);
    }
  }
  const int part = whole * 100 + hundredths;
  return part >= 1 && part <= 10'000 ? std::optional(part) : std::nullopt;
}
bool is_part(const std::string& text) { return part_of(text).has_value(); }

// A sweep asks for every page of what has changed, and a vendor counts its calls.
constexpr std::chrono::seconds sweep_least{10};
bool is_sweep(const std::string& text) { return text.starts_with("every ") && parse_span(text.substr(6)).has_value(); }

}  // namespace

const Shape& flow_shape() {
  using namespace shape;
  const Shape pace = text("realtime, no, or batch \"0 2 * * *\"", is_pace);
  static const Shape system =
      object("a system's part in a flow",
             {key("read", pace, "how its changes come in"), key("write", pace, "how it is written to"),
              key("sweep", text("'every' and a span, such as every 15 minutes", is_sweep),
                  "how often it is also asked what has changed"),
              key("when", text(), "which golden records it gets")});
  const Shape travels = choice({"public", "internal", "personal"});
  const Shape travels_from = object("a field", {key("at", text(), "its path in the record, where its name is not that"),
                                                required("class", travels, "how private it is")});
  static const Shape s = object(
      "a flow",
      {
          required("flow", text("a name: lower-case letters, digits, - and _", is_name), "the flow's name"),
          key("keep", text(), "the entity that is kept in agreement"),
          key("systems", map_of(system, "a mapping of systems"), "the systems that take part"),
          key("reconcile", text("hourly, nightly, weekly, or a schedule such as \"0 2 * * *\"", is_schedule),
              "when what systems hold is compared"),
          key("mode", choice({"live", "pilot", "shadow", "link", "off"}), "whether it writes"),
          key("pilot",
              object("a pilot", {key("part", text("a part of the records, such as 5%", is_part), "how many of them"),
                                 key("where", text(), "which of them")}),
              "the part of the records that a pilot writes"),
          key("on", text(), "a business event: contact.lifecycle_stage becomes client"),
          key("do", text(), "an operation: idcheck.create_check"),
          key("send", list_of(text()), "the fields that travel with it"),
          key("then", map_of(any(), "a mapping of fields"), "the fields that it sets"),
          key("post", object("post", {required("app", text()), required("fields", list_of(text()))}),
              "an event to one of the firm's apps"),
          key("direct", text(), "point to point: xero.Invoices -> slack.message"),
          key("fields", either({list_of(text()), map_of(either({travels, travels_from}))}),
              "what of a direct or manual flow travels; of a direct one each with its class"),
          key("when", text(), "which records a direct flow takes"),
          key("sweep", text("'every' and a span, such as every 15 minutes", is_sweep),
              "how often the source of a direct flow is also asked what has changed"),
          key("manual", text(), "who or what carries this data by hand"),
          key("from", text(), "of a manual flow: the system, or the place that is none, where the data is"),
          key("to", text(), "of a manual flow: where it is brought"),
          key("why", text(), "the reason for the flow"),
          key("regulated", boolean(), "whether the law asks for a record of each exchange"),
          key("alert", text(), "the channel that is told of its failures"),
      });
  return s;
}

void read_flow(const Node& node, Draft& draft) {
  Flow flow;
  flow.name = FlowName(text_at(node, "flow"));
  flow.place = node.at;
  flow.regulated = boolean_at(node, "regulated");
  flow.alert = text_at(node, "alert");
  flow.why = text_at(node, "why");
  flow.manual = text_at(node, "manual");
  flow.from = text_at(node, "from");
  flow.to = text_at(node, "to");
  for (const Node* field : items_at(node, "fields")) flow.carries.push_back(field->text);
  const std::string mode = text_at(node, "mode", "live");
  for (const auto& [written, meant] : modes)
    if (mode == written) flow.mode = meant;
  if (flow.name.empty()) return;

  std::vector<std::string> kinds;
  for (const char* kind : {"keep", "on", "direct", "manual"})
    if (node.find(kind) != nullptr) kinds.emplace_back(kind);
  if (kinds.size() != 1) {
    draft.findings.mistake(
        Code::KeyRequired, node.at,
        kinds.empty() ? "the flow does not say what it does" : "the flow says " + kinds[0] + " and " + kinds[1],
        "A flow has one of keep, on, direct, manual");
    return;
  }
  flow.kind = kinds[0] == "keep"     ? Flow::Kind::Keep
              : kinds[0] == "direct" ? Flow::Kind::Direct
              : kinds[0] == "manual" ? Flow::Kind::Manual
              : node.find("post")    ? Flow::Kind::Post
                                     : Flow::Kind::Do;
  const auto [first, fresh] = draft.hub.flows.emplace(flow.name, flow);
  if (!fresh)
    draft.findings.mistake(Code::NameDuplicate, place_at(node, "flow"), "a second flow '" + flow.name.text + "'",
                           "The first is " + to_text(first->second.place));
  else
    draft.flow_nodes[flow.name] = node;
}

std::string_view to_text(Mode mode) {
  for (const auto& [written, meant] : modes)
    if (mode == meant) return written;
  return "";
}

std::optional<mapping::Expression> condition(const Node& node, const Entity& entity, Draft& draft) {
  if (!node.is_scalar()) return {};
  auto expression = mapping::Expression::parse(node.text);
  if (!expression) {
    draft.findings.mistake(expression.error().code, node.at, expression.error().what, expression.error().fix);
    return {};
  }
  judge_reads(*expression, node, entity, draft);
  return std::move(*expression);
}

std::optional<milliseconds> sweep_at(const Node& node, Findings& findings) {
  const std::string text = text_at(node, "sweep");
  if (!is_sweep(text)) return {};
  const milliseconds every = *parse_span(text.substr(6));
  if (every < sweep_least)
    findings.mistake(Code::ValueOutOfRange, place_at(node, "sweep"), "'" + text + "' would use up the system's limits",
                     "Write every 10 seconds, or more; what webhooks tell does not wait for a sweep");
  return every;
}

void judge_reads(const mapping::Expression& expression, const Node& node, const Entity& entity, Draft& draft) {
  for (const std::string& name : expression.reads())
    if (name != "*") draft.known_field(entity, name, node.at);
  for (const auto& [name, value] : mapping::compared_texts(expression.text())) {
    const Field* field = entity.field(name);
    if (field == nullptr || field->type != Type::Enum) continue;
    if (std::find(field->values.begin(), field->values.end(), value) == field->values.end())
      draft.findings.mistake(Code::ChoiceUnknown, node.at, "'" + value + "' is no value of " + name,
                             suggestion(value, field->values));
  }
}

namespace {

class FlowJudge {
 public:
  FlowJudge(Flow& flow, const Node& node, Draft& draft) : flow_(flow), node_(node), draft_(draft) {}

  void judge() {
    judge_keys();
    switch (flow_.kind) {
      case Flow::Kind::Keep:
        return judge_keep();
      case Flow::Kind::Do:
        return judge_do();
      case Flow::Kind::Post:
        return judge_post();
      case Flow::Kind::Direct:
        return judge_direct(flow_, node_, draft_);
      case Flow::Kind::Manual:
        if (const Node* fields = node_.find("fields"); fields != nullptr && fields->is_mapping())
          findings().mistake(Code::TypeWrong, fields->at, "a manual flow lists its fields",
                             "Write fields: [name, account]");
        return;
    }
  }

 private:
  Findings& findings() { return draft_.findings; }

  // A key of another kind of flow would be passed over in silence.
  void judge_keys() {
    static const std::map<Flow::Kind, std::vector<std::string>> keys = {
        {Flow::Kind::Keep, {"keep", "systems", "reconcile", "mode", "pilot"}},
        {Flow::Kind::Do, {"on", "do", "send", "then", "mode"}},
        {Flow::Kind::Post, {"on", "post", "mode"}},
        {Flow::Kind::Direct, {"direct", "fields", "when", "sweep", "mode"}},
        {Flow::Kind::Manual, {"manual", "from", "to", "fields"}}};
    for (const Node::Member& member : node_.members) {
      static const std::vector<std::string> all = {"flow", "regulated", "alert", "why"};
      const std::vector<std::string>& mine = keys.at(flow_.kind);
      const bool known = std::find(all.begin(), all.end(), member.key) != all.end() ||
                         std::find(mine.begin(), mine.end(), member.key) != mine.end();
      const bool declared = std::any_of(flow_shape().keys.begin(), flow_shape().keys.end(),
                                        [&](const Shape::Key& key) { return key.name == member.key; });
      if (declared && !known)
        findings().mistake(Code::KeyUnknown, member.at, "'" + member.key + "' is no key of this kind of flow",
                           suggestion("", mine));
    }
    if (flow_.kind != Flow::Kind::Keep && flow_.mode != Mode::Live && flow_.mode != Mode::Off)
      findings().mistake(Code::NotBuilt, place_at(node_, "mode"),
                         "mode: " + text_at(node_, "mode") + " is for flows that keep an entity",
                         flow_.kind == Flow::Kind::Direct
                             ? "Write mode: off until it is to act, or mode: live"
                             : "Take it out: the flow waits until one that keeps its entity is live");
    if (const Node* alert = node_.find("alert"); alert != nullptr && draft_.alerts_node.find("channels") == nullptr)
      findings().mistake(Code::ReferenceUnknown, alert->at, "no channel '" + flow_.alert + "' is declared",
                         "Declare it in alerts.yaml, under channels:");
  }

  // The mapping of the entity in the system that goes the way.
  const mapping::Mapping* mapping_that(bool writes, const SystemName& system) const {
    for (const auto& [name, mapping] : draft_.hub.mappings) {
      if (mapping.system != system || mapping.entity != flow_.entity) continue;
      for (const mapping::FieldMapping& field : mapping.fields)
        if (field.direction != (writes ? mapping::Direction::In : mapping::Direction::Out)) return &mapping;
    }
    return nullptr;
  }

  static Pace pace(const Node& part, std::string_view key, std::optional<Schedule>& batch) {
    const std::string text = text_at(part, key, "no");
    batch = batch_of(text);
    return batch ? Pace::Batch : text == "no" ? Pace::No : Pace::Realtime;
  }

  void judge_keep() {
    const Node& keep = *node_.find("keep");
    const Entity* entity = keep.is_scalar() ? draft_.known_entity(keep.text, keep.at) : nullptr;
    if (entity == nullptr) return;
    flow_.entity = entity->name;
    if (node_.find("systems") == nullptr)
      findings().mistake(Code::KeyRequired, node_.at, "'systems' is missing from a flow that keeps an entity",
                         "It says the systems that take part");
    for (const Node::Member& member : members_at(node_, "systems")) {
      const System* known = draft_.known_system(member.key, member.at);
      FlowSystem system;
      system.place = member.at;
      system.read = pace(member.value, "read", system.read_at);
      system.write = pace(member.value, "write", system.write_at);
      if (known == nullptr || !member.value.is_mapping()) continue;
      system.system = known->name;
      system.sweep = sweep_at(member.value, findings());
      if (const Node* when = member.value.find("when")) system.when = condition(*when, *entity, draft_);
      judge_part(system, *known, member);
      flow_.systems.push_back(std::move(system));
    }
    flow_.reconcile = parse_schedule(text_at(node_, "reconcile"));
    judge_pilot(*entity);
  }

  void judge_pilot(const Entity& entity) {
    const Node* pilot = node_.find("pilot");
    if (pilot == nullptr) {
      if (flow_.mode == Mode::Pilot)
        findings().mistake(Code::KeyRequired, place_at(node_, "mode"),
                           "the flow does not say which records its pilot writes",
                           "Add pilot: { part: 5% }, or where: and a condition");
      return;
    }
    if (!pilot->is_mapping()) return;
    if (pilot->members.empty())
      findings().mistake(Code::KeyRequired, pilot->at, "the pilot names neither a part of the records nor a condition",
                         "Write part: 5%, or where: and a condition");
    if (flow_.mode != Mode::Pilot)
      findings().warning(Code::FlowsDisagree, pilot->at,
                         "the pilot is not used: the flow is " + text_at(node_, "mode", "live") + " for every record",
                         "Write mode: pilot, or take pilot: out");
    flow_.pilot.part = part_of(text_at(*pilot, "part", "100%")).value_or(0);
    if (const Node* where = pilot->find("where")) {
      flow_.pilot.where = condition(*where, entity, draft_);
      if (!flow_.pilot.where) flow_.pilot.part = 0;
    }
  }

  void judge_part(const FlowSystem& system, const System& known, const Node::Member& member) {
    const std::string name = system.system.text;
    if (system.read == Pace::No && system.write == Pace::No)
      findings().mistake(Code::FlowsDisagree, member.at, name + " neither reads nor writes in this flow",
                         "Add read: or write:");
    if (system.read != Pace::No && mapping_that(false, system.system) == nullptr)
      findings().mistake(Code::FlowsDisagree, place_at(member.value, "read"),
                         name + " is read, and no mapping reads " + flow_.entity.text + " from it",
                         "Add mappings/" + name + ".….yaml");
    if (system.sweep && system.read != Pace::Realtime)
      findings().mistake(Code::FlowsDisagree, place_at(member.value, "sweep"),
                         name + (system.read == Pace::No ? " is swept and not read" : " is swept, and read in batches"),
                         "Write read: realtime, or take sweep: out");
    if (system.when && system.write == Pace::No)
      findings().mistake(Code::FlowsDisagree, place_at(member.value, "when"),
                         "when: says which records " + name + " gets, and it gets none",
                         "Add write:, or take when: out");
    if (system.write == Pace::No) return;
    const mapping::Mapping* mapping = mapping_that(true, system.system);
    if (mapping == nullptr) {
      findings().mistake(Code::FlowsDisagree, place_at(member.value, "write"),
                         name + " is written, and no mapping writes " + flow_.entity.text + " to it",
                         "Add a mapping with a field of direction out or both");
      return;
    }
    const ObjectSpec* object = known.connector == nullptr ? nullptr : known.connector->object(mapping->object);
    if (object != nullptr && !object->can_create && !object->can_update)
      findings().mistake(Code::FlowsDisagree, place_at(member.value, "write"),
                         "the connector " + known.connector->name + " cannot write " + mapping->object.text,
                         "Take write: out");
    const auto entity = draft_.hub.entities.find(flow_.entity);
    if (object != nullptr && !object->can_delete && entity != draft_.hub.entities.end() &&
        entity->second.on_delete != OnDelete::Detach)
      findings().warning(
          Code::FlowsDisagree, member.at,
          name + " keeps what is deleted elsewhere: its connector cannot put " + mapping->object.text + " away");
  }

  // "contact.lifecycle_stage becomes client"
  const Entity* judge_on() {
    const Node& on = *node_.find("on");
    const std::size_t dot = on.text.find('.');
    const std::size_t becomes = on.text.find(" becomes ");
    if (!on.is_scalar() || dot == std::string::npos || becomes == std::string::npos || dot > becomes) {
      findings().mistake(Code::TypeWrong, on.at, "'" + on.text + "' is no event",
                         "Write one such as contact.lifecycle_stage becomes client");
      return nullptr;
    }
    const Entity* entity = draft_.known_entity(on.text.substr(0, dot), on.at);
    if (entity == nullptr) return nullptr;
    flow_.entity = entity->name;
    const Field* field = draft_.known_field(*entity, on.text.substr(dot + 1, becomes - dot - 1), on.at);
    if (field == nullptr) return entity;
    flow_.on_field = field->name;
    Node value = on;
    value.text = on.text.substr(becomes + 9);
    value.quoted = false;
    if (auto parsed = value_of(*field, value, draft_.hub, findings())) flow_.on_value = std::move(*parsed);
    return entity;
  }

  void judge_do() {
    const Entity* entity = judge_on();
    const Node* operation = node_.find("do");
    if (operation == nullptr || !operation->is_scalar()) {
      findings().mistake(Code::KeyRequired, node_.at, "the flow does not say what the event does",
                         "Add do: SYSTEM.OPERATION, or post:");
      return;
    }
    const std::size_t dot = operation->text.find('.');
    const System* system = draft_.known_system(operation->text.substr(0, dot), operation->at);
    if (system != nullptr && system->connector != nullptr) {
      const std::string name = dot == std::string::npos ? "" : operation->text.substr(dot + 1);
      const std::vector<std::string>& known = system->connector->operations;
      flow_.do_system = system->name;
      flow_.do_operation = name;
      if (std::find(known.begin(), known.end(), name) == known.end())
        findings().mistake(Code::ReferenceUnknown, operation->at,
                           "the connector " + system->connector->name + " has no operation '" + name + "'",
                           suggestion(name, known));
    }
    if (node_.find("send") == nullptr)
      findings().mistake(Code::KeyRequired, node_.at,
                         "'send' is missing from a flow with do:", "It says which fields travel; [] for none");
    if (entity == nullptr) return;
    for (const Node* field : items_at(node_, "send"))
      if (const Field* known = draft_.known_field(*entity, field->text, field->at)) flow_.send.push_back(known->name);
    for (const Node::Member& member : members_at(node_, "then")) {
      const std::size_t at = member.key.find('.');
      if (member.key.substr(0, at) != entity->name.text || at == std::string::npos) {
        findings().mistake(Code::ReferenceUnknown, member.at, "then: sets fields of the same golden record",
                           "Write " + entity->name.text + ".FIELD: VALUE");
        continue;
      }
      const Field* field = draft_.known_field(*entity, member.key.substr(at + 1), member.at);
      if (field == nullptr) continue;
      if (field->from)
        findings().mistake(Code::FlowsDisagree, member.at,
                           field->name.text + " is made of other fields and cannot be set");
      else if (auto value = value_of(*field, member.value, draft_.hub, findings()))
        flow_.then[field->name] = std::move(*value);
    }
  }

  void judge_post() {
    const Entity* entity = judge_on();
    findings().warning(Code::NotBuilt, place_at(node_, "post"),
                       "events to apps are not sent yet: this flow does nothing");
    flow_.app = text_at(*node_.find("post"), "app");
    if (entity == nullptr) return;
    for (const Node* field : items_at(*node_.find("post"), "fields")) {
      if (field->text != "id") draft_.known_field(*entity, field->text, field->at);
      flow_.post.push_back(field->text);
    }
  }

  Flow& flow_;
  const Node& node_;
  Draft& draft_;
};

}  // namespace

void judge_flows(Draft& draft) {
  for (auto& [name, flow] : draft.hub.flows) FlowJudge(flow, draft.flow_nodes[name], draft).judge();
  judge_direct_rounds(draft);
  const bool all_known = std::ranges::none_of(draft.hub.flows, [](const auto& flow) {
    return flow.second.kind == Flow::Kind::Keep && flow.second.entity.empty();  // a mistake that has been told
  });
  for (const auto& [name, flow] : draft.hub.flows)
    if (flow.kind == Flow::Kind::Do && flow.mode != Mode::Off && !flow.entity.empty() && all_known &&
        draft.hub.flows_of(flow.entity).empty())
      draft.findings.warning(Code::FlowsDisagree, place_at(draft.flow_nodes[name], "on"),
                             "the flow never acts: none keeps " + flow.entity.text,
                             "Add a flow with keep: " + flow.entity.text);
  // Two flows that keep one entity in one system would each be the one that writes it.
  std::map<std::pair<EntityName, SystemName>, FlowName> kept;
  for (const auto& [name, flow] : draft.hub.flows) {
    if (flow.kind != Flow::Kind::Keep) continue;
    for (const FlowSystem& system : flow.systems) {
      const auto [first, fresh] = kept.emplace(std::pair{flow.entity, system.system}, name);
      if (!fresh)
        draft.findings.mistake(
            Code::NameDuplicate, system.place,
            "the flow " + first->second.text + " keeps " + flow.entity.text + " in " + system.system.text + " already");
    }
  }
}

}  // namespace linchpin::model
