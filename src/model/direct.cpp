#include "model/direct.hpp"

#include <algorithm>
#include <cctype>

#include "model/draft.hpp"
#include "model/nearest.hpp"
#include "model/system_model.hpp"

namespace linchpin::model {
namespace {

constexpr std::string_view prefix = "direct.";

bool is_member_name(const std::string& text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// What stands at a path of the record, as it is.
mapping::Transform as_it_stands() {
  mapping::Transform transform;
  transform.options = Json(Json::Object{});
  transform.invertible = false;
  transform.in = [](const Json& value, const mapping::Context&) -> Result<Value> {
    if (!value.is_list() && !value.is_object()) return value;
    return fail(Code::ValueInvalid, "a list or an object stands there", "Name a path inside it: { at: Contact.Name }");
  };
  return transform;
}

class DirectJudge {
 public:
  DirectJudge(Flow& flow, const Node& node, Draft& draft) : flow_(flow), node_(node), draft_(draft) {}

  void judge() {
    const Node& direct = *node_.find("direct");
    const std::size_t arrow = direct.text.find(" -> ");
    if (!direct.is_scalar() || arrow == std::string::npos) {
      findings().mistake(Code::TypeWrong, direct.at, "'" + direct.text + "' does not say from where to where",
                         "Write SYSTEM.OBJECT -> SYSTEM.OPERATION, as in xero.Contacts -> portal.deliver");
      return;
    }
    entity_.name = flow_.entity = direct_entity(flow_.name);
    entity_.place = direct.at;
    mapping_.name = MappingName(entity_.name.text);
    mapping_.entity = entity_.name;
    mapping_.null = mapping::NullRule::Clear;
    mapping_.place = direct.at;
    mapping_.why = flow_.why;
    const bool from = source(direct.text.substr(0, arrow), direct.at),
               to = sink(direct.text.substr(arrow + 4), direct.at);
    if (!from || !to) return;
    fields();
    conditions();
    draft_.hub.mappings.emplace(mapping_.name, mapping_);
    draft_.hub.entities.emplace(entity_.name, entity_);
  }

 private:
  Findings& findings() { return draft_.findings; }

  bool source(const std::string& text, const Place& at) {
    const std::size_t dot = text.find('.');
    const System* system = draft_.known_system(text.substr(0, dot), at);
    if (system == nullptr || system->connector == nullptr) return false;
    mapping_.system = system->name;
    mapping_.object = ObjectName(dot == std::string::npos ? "" : text.substr(dot + 1));
    const ObjectSpec* object = system->connector->object(mapping_.object);
    std::vector<std::string> readable;
    for (const ObjectSpec& spec : system->connector->objects)
      if (spec.can_fetch) readable.push_back(spec.name.text);
    if (object != nullptr && object->can_fetch) return true;
    findings().mistake(Code::ReferenceUnknown, at,
                       "the connector " + system->connector->name +
                           (object == nullptr ? " knows no object '" : " cannot read the object '") +
                           mapping_.object.text + "'",
                       suggestion(mapping_.object.text, readable));
    return false;
  }

  bool sink(const std::string& text, const Place& at) {
    const std::size_t dot = text.find('.');
    const System* system = draft_.known_system(text.substr(0, dot), at);
    if (system == nullptr || system->connector == nullptr) return false;
    flow_.do_system = system->name;
    flow_.do_operation = dot == std::string::npos ? "" : text.substr(dot + 1);
    const std::vector<std::string>& known = system->connector->operations;
    if (std::ranges::find(known, flow_.do_operation) != known.end()) return repeats_safely(*system, at);
    findings().mistake(Code::ReferenceUnknown, at,
                       "the connector " + system->connector->name + " has no operation '" + flow_.do_operation + "'",
                       suggestion(flow_.do_operation, known));
    return false;
  }

  // What has no answer is sent again, and nothing else can be looked at: there is no record that carries the hub's id.
  bool repeats_safely(const System& system, const Place& at) {
    if (system.connector->document["operations"][flow_.do_operation]["repeats"].text() == "safely") return true;
    findings().mistake(
        Code::FlowsDisagree, at,
        system.name.text + "." + flow_.do_operation +
            " may be done twice when an answer is lost: its connector does not say that it repeats safely",
        "Choose an operation that does");
    return false;
  }

  void fields() {
    const Node* fields = node_.find("fields");
    if (fields == nullptr || !fields->is_mapping() || fields->members.empty()) {
      findings().mistake(Code::KeyRequired, fields == nullptr ? node_.at : fields->at,
                         "which fields travel, each with its class, is not said",
                         "Write fields: { InvoiceNumber: internal, Total: personal }; nothing else travels");
      return;
    }
    for (const Node::Member& member : fields->members) field(member);
  }

  void field(const Node::Member& member) {
    if (!is_member_name(member.key)) {
      findings().mistake(Code::TypeWrong, member.at, "'" + member.key + "' is no name of a field that is sent",
                         "Write letters, digits and _, and the path beside it: { at: Contact.Name, class: personal }");
      return;
    }
    const std::string clazz = member.value.is_scalar() ? member.value.text : text_at(member.value, "class");
    auto at = mapping::parse_path(member.value.is_mapping() ? text_at(member.value, "at", member.key) : member.key);
    if (!at) {
      findings().mistake(at.error().code, place_at(member.value, "at"), at.error().what, at.error().fix);
      return;
    }
    expect(*at, member.value.is_mapping() ? place_at(member.value, "at") : member.at);
    Field field;
    field.name = FieldName(member.key);
    field.clazz = parse_class(clazz).value_or(Class::ComplianceOnly);
    field.owner = mapping_.system;
    field.regulated = flow_.regulated;
    field.place = member.at;
    mapping::FieldMapping entry;
    entry.field = field.name;
    entry.at = std::move(*at);
    entry.as = as_it_stands();
    entry.direction = mapping::Direction::In;
    entry.place = member.at;
    entry.why = flow_.why;
    entity_.fields.push_back(std::move(field));
    mapping_.fields.push_back(std::move(entry));
    flow_.send.emplace_back(member.key);
  }

  // Whether the source has it, as far as its connector knows. What a system says of its own fields only `discover`
  // reads.
  void expect(const mapping::Path& at, const Place& place) {
    const Json& object = draft_.hub.system(mapping_.system).connector->document["objects"][mapping_.object.text];
    const Json& model = object["model"];
    const ObjectModel contract = declared_model(mapping_.object, object);
    const bool describes_itself = model.find("get") || model.find("post");
    const std::string path = modelled(at), under = model["under"].text();
    if (contract.fields.empty() || contract.has(path)) return;
    if (describes_itself && (under.empty() || path.starts_with(under + "."))) return;
    std::vector<std::string> paths;
    for (const SystemField& field : contract.fields) paths.push_back(field.path);
    const std::string near = nearest(path, paths);
    findings().warning(Code::ReferenceUnknown, place,
                       mapping_.object.text + " of " + mapping_.system.text + " have no field '" + path +
                           "' that the connector knows: nothing would be sent of it",
                       near.empty() && !under.empty() ? "The fields of its records stand under " + under +
                                                            ": write { at: " + under + "." + path + ", class: … }"
                                                      : suggestion(path, paths));
  }

  void conditions() {
    FlowSystem from, to;
    from.system = mapping_.system, from.read = Pace::Realtime, from.place = flow_.place;
    from.sweep = sweep_at(node_, findings());
    to.system = flow_.do_system, to.place = flow_.place;
    if (const Node* when = node_.find("when")) to.when = condition(*when, entity_, draft_), to.place = when->at;
    flow_.systems = {std::move(from), std::move(to)};
  }

  Flow& flow_;
  const Node& node_;
  Draft& draft_;
  Entity entity_;
  mapping::Mapping mapping_;
};

}  // namespace

EntityName direct_entity(const FlowName& flow) { return EntityName(std::string(prefix) + flow.text); }
bool is_direct(const EntityName& entity) { return entity.text.starts_with(prefix); }
bool reads(const Flow& flow) { return flow.kind == Flow::Kind::Keep || flow.kind == Flow::Kind::Direct; }

void judge_direct(Flow& flow, const Node& node, Draft& draft) { DirectJudge(flow, node, draft).judge(); }

void judge_direct_rounds(Draft& draft) {
  using Where = std::pair<SystemName, std::string>;
  std::multimap<Where, std::pair<Where, const Flow*>> ways;
  for (const auto& [name, flow] : draft.hub.flows) {
    const auto mapping = draft.hub.mappings.find(MappingName(flow.entity.text));
    if (flow.kind != Flow::Kind::Direct || mapping == draft.hub.mappings.end()) continue;
    const Json& operation = draft.hub.system(flow.do_system).connector->document["operations"][flow.do_operation];
    ways.emplace(Where{mapping->second.system, mapping->second.object.text},
                 std::pair{Where{flow.do_system, operation["object"].text()}, &flow});
  }
  for (const auto& [start, way] : ways) {
    std::set<Where> seen;
    std::vector<Where> open{way.first};
    while (!open.empty()) {
      const Where at = open.back();
      open.pop_back();
      if (at == start) {
        draft.findings.mistake(Code::FlowsDisagree, way.second->place,
                               "direct flows come round: what " + way.second->name.text + " writes comes back to " +
                                   start.first.text + "." + start.second,
                               "Take one of them out, or keep: an entity in both, where an echo is known");
        break;
      }
      if (!seen.insert(at).second) continue;
      for (auto [next, end] = ways.equal_range(at); next != end; ++next) open.push_back(next->second.first);
    }
  }
}

}  // namespace linchpin::model
