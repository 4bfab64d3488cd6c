// mappings/*.yaml: one way that an object of a system is an entity of the hub.
#include "mapping/mapping.hpp"

#include <algorithm>
#include <set>

#include "mapping/expression_texts.hpp"
#include "mapping/proof.hpp"
#include "model/draft.hpp"
#include "model/nearest.hpp"
#include "model/registry.hpp"

namespace linchpin::model {

using mapping::Direction;
using mapping::FieldMapping;
using mapping::Mapping;

const Shape& mapping_shape() {
  using namespace shape;
  static const Shape field =
      object("a field's mapping",
             {
                 key("at", text(), "the path in the system's record"),
                 key("as", text(), "the transform between the two"),
                 key("direction", choice({"in", "out", "both"}), "which way the field goes; both when it is not said"),
                 key("unique", choice({"suffix"}), "a second record of one value gets \" (2)\""),
                 key("keep", boolean(), "fetches and keeps a government_id; needs why"),
                 key("why", text(), "the reason for the decision"),
             });
  static const Shape s = object(
      "a mapping", {
                       required("mapping", text(), "the mapping's name: its file's"),
                       required("system", text(), "the system"),
                       required("object", text(), "the object as the system names it"),
                       required("entity", text(), "the entity that it is in the hub"),
                       key("where", text(), "which of the object's records are the entity's"),
                       key("null", choice({"ignore", "clear"}), "what a null in the system means"),
                       key("why", text(), "the reason for where: and null:"),
                       key("golden_id", text("a path"), "where the record names the golden record that it is about"),
                       required("fields", map_of(either({text("a path"), field}), "a mapping of fields"),
                                "how each field corresponds"),
                   });
  return s;
}

namespace {

class MappingReader {
 public:
  MappingReader(const Node& node, Draft& draft) : node_(node), draft_(draft) {}

  void read() {
    Mapping mapping;
    mapping.name = MappingName(text_at(node_, "mapping"));
    mapping.system = SystemName(text_at(node_, "system"));
    mapping.object = ObjectName(text_at(node_, "object"));
    mapping.entity = EntityName(text_at(node_, "entity"));
    mapping.null = text_at(node_, "null") == "clear" ? mapping::NullRule::Clear : mapping::NullRule::Ignore;
    mapping.place = node_.at;
    if (mapping.name.empty()) return;
    if ("mappings/" + mapping.name.text + ".yaml" != node_.at.file)
      findings().mistake(Code::ReferenceUnknown, place_at(node_, "mapping"), "a mapping's name is its file's",
                         "Rename the file to " + mapping.name.text + ".yaml, or the mapping");

    if (!mapping.system.empty()) system_ = draft_.known_system(mapping.system.text, place_at(node_, "system"));
    if (!mapping.entity.empty()) entity_ = draft_.known_entity(mapping.entity.text, place_at(node_, "entity"));
    if (system_ != nullptr && system_->connector != nullptr && !mapping.object.empty()) object(mapping.object);
    if (const Node* where = node_.find("where"); where != nullptr && where->is_scalar()) {
      auto expression = mapping::Expression::parse(where->text);
      if (expression) {
        may_fail(*expression, where->at);
        mapping.where = std::move(*expression);
      } else
        findings().mistake(expression.error().code, where->at, expression.error().what, expression.error().fix);
    }
    mapping.why = text_at(node_, "why");
    if (mapping.why.empty() && mapping.where)
      unreasoned(place_at(node_, "where"), "where: leaves records out and gives no reason");
    if (mapping.why.empty() && mapping.null == mapping::NullRule::Clear)
      unreasoned(place_at(node_, "null"), "null: clear empties fields and gives no reason");
    if (const Node* golden = node_.find("golden_id"); golden != nullptr && golden->is_scalar())
      mapping.golden_id_at = path(*golden);
    if (entity_ != nullptr)
      for (const Node::Member& member : members_at(node_, "fields"))
        if (auto field = read_field(member)) mapping.fields.push_back(std::move(*field));

    if (!draft_.hub.mappings.emplace(mapping.name, mapping).second)
      findings().mistake(Code::NameDuplicate, place_at(node_, "mapping"),
                         "a second mapping '" + mapping.name.text + "'");
    else
      draft_.mapping_nodes[mapping.name] = node_;
  }

 private:
  Findings& findings() { return draft_.findings; }

  const Manifest* connector() const { return system_ == nullptr ? nullptr : system_->connector.get(); }

  // A record of which the condition fails is a dead letter. It is tried on one that has nothing, and on one that has
  // what it compares with.
  void may_fail(const mapping::Expression& where, const Place& at) {
    Json compared = Json(Json::Object{});
    for (const auto& [member, text] : mapping::compared_texts(where.text())) compared = compared.with(member, text);
    for (const Json& record : {Json(Json::Object{}), compared})
      if (const Result<bool> holds = where.holds(record); !holds) {
        findings().warning(holds.error().code, at,
                           "where: fails of a record that has not all that it reads, which is a dead letter then: " +
                               holds.error().what,
                           "Give a default first, as in (.FirstName // \"\") | startswith(\"J\")");
        return;
      }
  }

  void unreasoned(const Place& at, std::string what) {
    findings().warning(Code::ReasonMissing, at, std::move(what), "Add why: … for who reads it in a year");
  }

  void object(const ObjectName& name) {
    if (system_->connector->object(name) != nullptr) return;
    std::vector<std::string> names;
    for (const ObjectSpec& spec : system_->connector->objects) names.push_back(spec.name.text);
    findings().mistake(Code::ReferenceUnknown, place_at(node_, "object"),
                       "the connector " + system_->connector->name + " knows no object '" + name.text + "'",
                       suggestion(name.text, names));
  }

  std::optional<mapping::Path> path(const Node& node) {
    auto parsed = mapping::parse_path(node.text);
    if (parsed) return std::move(*parsed);
    findings().mistake(parsed.error().code, node.at, parsed.error().what, parsed.error().fix);
    return std::nullopt;
  }

  std::optional<FieldMapping> read_field(const Node::Member& member) {
    const Node& node = member.value;
    const Field* field = draft_.known_field(*entity_, member.key, member.at);
    if (field == nullptr) return {};
    FieldMapping mapping;
    mapping.field = field->name;
    mapping.place = member.at;
    mapping.context = {field->type, field->region, draft_.hub.zone, field->values};
    mapping.as = mapping::default_transform(field->type);
    if (field->type == Type::Ref) mapping.ref_by = "id";
    if (node.is_scalar()) {
      auto at = path(node);
      if (!at) return {};
      mapping.at = std::move(*at);
      direction(mapping, *field, node);
      return mapping;
    }
    const std::string direction_text = text_at(node, "direction", "both");
    mapping.direction = direction_text == "in"    ? Direction::In
                        : direction_text == "out" ? Direction::Out
                                                  : Direction::Both;
    mapping.unique_suffix = node.find("unique") != nullptr;
    mapping.keeps = boolean_at(node, "keep");
    mapping.why = text_at(node, "why");
    const Node* as = node.find("as");
    if (as != nullptr && (!as->is_scalar() || !transform(mapping, *field, *as))) return {};
    const Node* at = node.find("at");
    // An expression that reads takes the whole record where no path is given.
    const bool reads_record = mapping.as.expression.has_value() && mapping.direction == Direction::In;
    if (at == nullptr && !reads_record) {
      findings().mistake(Code::KeyRequired, node.at, "'at' is missing from a field's mapping",
                         "It says the path in the system's record");
      return {};
    }
    if (at != nullptr) {
      auto parsed = path(*at);
      if (!parsed) return {};
      mapping.at = std::move(*parsed);
    }
    direction(mapping, *field, node);
    kept(*field, mapping, node);
    if (mapping.unique_suffix && (field->type != Type::Text || mapping.direction == Direction::In))
      findings().mistake(Code::FlowsDisagree, place_at(node, "unique"), "unique: suffix is for a text that is written",
                         "Take it out");
    // A document that is kept without a reason is a mistake, and has been said.
    if (mapping.why.empty() && !mapping.keeps && is_choice(mapping, connector(), ObjectName(text_at(node_, "object"))))
      unreasoned(member.at, field->name.text + " is mapped by a decision that gives no reason");
    return mapping;
  }

  bool transform(FieldMapping& mapping, const Field& field, const Node& as) {
    if (as.text.starts_with("ref(")) {
      mapping.ref_by = as.text == "ref(id)" ? "id" : as.text == "ref(record)" ? "record" : "";
      if (as.text == "ref(name)")
        findings().mistake(Code::NotBuilt, as.at, "a record cannot be found by its name yet",
                           "Write ref(record), where the id of the other record stands");
      else if (mapping.ref_by.empty())
        findings().mistake(Code::ChoiceUnknown, as.at, "'" + as.text + "' is no way to name a record",
                           "Write ref(record) or ref(id)");
      else if (field.type != Type::Ref)
        findings().mistake(Code::TypeWrong, as.at, field.name.text + " is no ref", "Take as: out");
      return !mapping.ref_by.empty();
    }
    auto parsed = mapping::parse_transform(as.text, field.type);
    if (!parsed) {
      findings().mistake(parsed.error().code, as.at, parsed.error().what, parsed.error().fix);
      return false;
    }
    mapping.as = std::move(*parsed);
    return true;
  }

  // The direction must be one that the field and the transform can go.
  void direction(const FieldMapping& mapping, const Field& field, const Node& node) {
    const Place at = place_at(node, node.find("as") != nullptr ? "as" : "direction");
    const std::string as = mapping.as.name == "=" ? "an expression" : mapping.as.name + "(…)";
    if (field.from && mapping.direction != Direction::Out)
      findings().mistake(Code::FlowsDisagree, place_at(node, "direction"),
                         field.name.text + " is made of other fields and cannot be read", "Write direction: out");
    else if (mapping.direction == Direction::Both && (!mapping.as.invertible || !mapping.as.in || !mapping.as.out))
      findings().mistake(Code::MappingNotInvertible, at, "'both' needs an inverse; " + as + " has none",
                         mapping.as.out ? "Write direction: out" : "Write direction: in");
    else if (mapping.direction == Direction::Both)
      comes_back(mapping, at);
    else if (mapping.direction == Direction::In && !mapping.as.in)
      findings().mistake(Code::MappingNotInvertible, at, as + " cannot be read", "Write direction: out");
    else if (mapping.direction == Direction::Out && !mapping.as.out)
      findings().mistake(Code::MappingNotInvertible, at, as + " cannot be written", "Write direction: in");
    if (mapping.as.name == "enum.table" && field.type == Type::Enum) table(mapping, field, at);
  }

  void comes_back(const FieldMapping& mapping, const Place& at) {
    if (auto proof = mapping::comes_back(mapping.as, mapping.context); !proof)
      findings().mistake(proof.error().code, at, proof.error().what, proof.error().fix);
  }

  // A table's hub values are the field's, and one that is written has a word for each of them.
  void table(const FieldMapping& mapping, const Field& field, const Place& at) {
    const Json& nested = mapping.as.options["table"];
    const Json& options = nested.is_object() ? nested : mapping.as.options;
    static const std::set<std::string> settings = {"direction", "ignore_case", "trim", "list", "table"};
    std::set<std::string> named;
    for (const auto& [hub_value, system_value] : options.members()) {
      const bool known = std::find(field.values.begin(), field.values.end(), hub_value) != field.values.end();
      if (known || hub_value == "*")
        named.insert(hub_value);
      else if (!settings.contains(hub_value))
        findings().mistake(Code::ChoiceUnknown, at, "'" + hub_value + "' is no value of " + field.name.text,
                           suggestion(hub_value, field.values));
    }
    if (mapping.direction == Direction::In || named.contains("*")) return;
    for (const std::string& value : field.values)
      if (!named.contains(value))
        findings().mistake(Code::FlowsDisagree, at, "the table has no word for '" + value + "' of " + field.name.text,
                           "Add " + value + ": …, or write direction: in");
  }

  void kept(const Field& field, const FieldMapping& mapping, const Node& node) {
    const bool wants = boolean_at(node, "keep");
    const bool document = field.type == Type::GovernmentId || field.item == Type::GovernmentId;
    if (wants && mapping.why.empty())
      findings().mistake(Code::KeyRequired, place_at(node, "keep"), "what is kept of a document needs its reason",
                         "Add why: …");
    if (document && mapping.direction != Direction::Out && field.keep && !wants)
      findings().mistake(Code::KeyRequired, node.at,
                         field.name.text + " is a government_id, which is not fetched unless the mapping says so",
                         "Add keep: true and why: …, or keep: false to the field in its entity");
  }

  const Node& node_;
  Draft& draft_;
  const System* system_ = nullptr;
  const Entity* entity_ = nullptr;
};

bool is_writable(const Mapping& mapping) {
  return std::any_of(mapping.fields.begin(), mapping.fields.end(),
                     [](const FieldMapping& field) { return field.direction != Direction::In; });
}

// No two entries write one place, and none writes where the hub keeps its own id.
void judge_places(const Mapping& mapping, Draft& draft) {
  const System* system = nullptr;
  if (const auto found = draft.hub.systems.find(mapping.system); found != draft.hub.systems.end())
    system = &found->second;
  const ObjectSpec* object =
      system == nullptr || system->connector == nullptr ? nullptr : system->connector->object(mapping.object);
  std::map<std::string, FieldName> written;
  for (const FieldMapping& field : mapping.fields) {
    if (field.direction == Direction::In) continue;
    const std::string at = mapping::to_text(field.at);
    if (object != nullptr && !object->hub_id_at.empty() && at == object->hub_id_at)
      draft.findings.mistake(Code::FlowsDisagree, field.place, at + " is where the hub keeps its own id",
                             "Map another path, or write direction: in");
    const auto [first, fresh] = written.emplace(at, field.field);
    if (!fresh)
      draft.findings.mistake(Code::FlowsDisagree, field.place,
                             field.field.text + " and " + first->second.text + " are both written to " + at,
                             "Write direction: in for one of them");
  }
}

}  // namespace

void read_mapping(const Node& node, Draft& draft) { MappingReader(node, draft).read(); }

void judge_mappings(Draft& draft) {
  std::map<std::pair<SystemName, EntityName>, MappingName> writable;
  for (const auto& [name, mapping] : draft.hub.mappings) {
    judge_places(mapping, draft);
    if (!is_writable(mapping)) continue;
    const auto [first, fresh] = writable.emplace(std::pair{mapping.system, mapping.entity}, name);
    if (!fresh)
      draft.findings.mistake(Code::FlowsDisagree, mapping.place,
                             name.text + " and " + first->second.text + " both write " + mapping.entity.text + " to " +
                                 mapping.system.text,
                             "Write direction: in in all fields of one of them");
  }
}

}  // namespace linchpin::model
