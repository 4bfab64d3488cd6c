// entities/*.yaml: a record type as the hub has it: its fields, who owns them, and what tells two records of one apart.
#include <algorithm>
#include <set>

#include "mapping/expression_texts.hpp"
#include "mapping/phone.hpp"
#include "model/brake.hpp"
#include "model/draft.hpp"
#include "model/match.hpp"
#include "model/nearest.hpp"

namespace linchpin::model {
namespace {

const std::vector<std::string> type_names = {"text",     "note",    "email",   "phone",         "url",   "date",
                                             "datetime", "boolean", "integer", "decimal",       "money", "enum",
                                             "country",  "address", "ref",     "government_id", "json"};
const std::vector<std::string> rule_names = {"recency", "oldest", "union", "strictest", "review"};

bool is_field_name(const std::string& text) { return shape::is_name(text) && text.find('-') == std::string::npos; }

// "list<text>" as {ListOf, Text}.
std::optional<std::pair<Type, Type>> type_of(const std::string& text) {
  if (text.starts_with("list<") && text.ends_with(">")) {
    const std::string item = text.substr(5, text.size() - 6);
    const bool known = std::find(type_names.begin(), type_names.end(), item) != type_names.end();
    if (const auto type = parse_type(item); known && type) return {{Type::ListOf, *type}};
    return {};
  }
  const bool known = std::find(type_names.begin(), type_names.end(), text) != type_names.end();
  const auto type = parse_type(text);
  return known && type ? std::optional(std::pair{*type, Type::Text}) : std::nullopt;
}

// The texts of which type_of makes something.
std::vector<std::string> types() {
  std::vector<std::string> all = type_names;
  for (const std::string& item : type_names) all.push_back("list<" + item + ">");
  return all;
}

}  // namespace

const Shape& entity_shape() {
  using namespace shape;
  static const Shape field = object(
      "a field",
      {
          required("type", listed(types()), "what kind of value it holds"),
          key("class", choice({"public", "internal", "personal", "restricted", "compliance_only"}),
              "how private it is"),
          key("owner", text(), "the system of record for it"),
          key("survivorship", either({choice(rule_names), list_of(text())}),
              "how its value is chosen where no system owns it"),
          key("from", text(), "what it is made of: \"{given_name} {family_name}\", or an expression over fields: '=…'"),
          key("on_foreign_write", choice({"review", "restore", "ignore"}),
              "what is done when another system writes it"),
          key("values", list_of(text()), "the values of an enum"),
          key("to", text(), "the entity that a ref names"),
          key("default", any(),
              "the value of a record whose owner knows nothing of it: where its owner has it and leaves it blank, it "
              "is blank"),
          key("region", text(), "the country that phone numbers without one are of"),
          key("regulated", boolean(), "whether the law asks for a record of each exchange"),
          key("keep", boolean(), "whether the hub keeps the value (a government_id: only where it says true)"),
      });
  const Shape brake = text("a number in a while, such as 200 an hour or 5% a day",
                           [](const std::string& written) { return parse_brake(written).has_value(); });
  static const Shape s = object(
      "an entity",
      {
          required("entity", text("a name: lower-case letters, digits, - and _", is_name), "the entity's name"),
          required("fields", map_of(field, "a mapping of fields"), "its fields"),
          key("together", list_of(list_of(text())), "fields that win together"),
          key("match", match_shape(), "what makes two records one"),
          key("on_delete", choice({"detach", "propagate", "review"}), "what follows when a source deletes its record"),
          key("brakes", object("brakes", {key("creates", brake), key("updates", brake), key("deletes", brake)}),
              "how much may change in a while before a person is asked"),
      });
  return s;
}

namespace {

void read_rule(const Node& node, Field& field, Draft& draft) {
  const Node* owner = node.find("owner");
  const Node* survivorship = node.find("survivorship");
  const Node* from = node.find("from");
  if ((owner != nullptr) + (survivorship != nullptr) + (from != nullptr) > 1)
    draft.findings.mistake(Code::FlowsDisagree, node.at, "the field has more than one of owner, survivorship and from",
                           "Keep the one that decides its value");
  if (owner == nullptr && survivorship == nullptr && from == nullptr)
    draft.findings.mistake(Code::KeyRequired, node.at, "nothing says how the field's value is chosen",
                           "Add owner: SYSTEM, survivorship: recency, or from: \"{…}\"");
  if (owner != nullptr) field.owner = SystemName(owner->text);
  if (survivorship != nullptr && survivorship->is_sequence()) {
    field.rule = Rule::Priority;
    for (const Node& system : survivorship->items) field.priority.emplace_back(system.text);
  } else if (survivorship != nullptr) {
    const auto at = std::find(rule_names.begin(), rule_names.end(), survivorship->text);
    static constexpr Rule rules[] = {Rule::Recency, Rule::Oldest, Rule::Union, Rule::Strictest, Rule::Review};
    if (at != rule_names.end()) field.rule = rules[at - rule_names.begin()];
  }
}

Field read_field(const Node::Member& member, Draft& draft) {
  const Node& node = member.value;
  Findings& findings = draft.findings;
  Field field;
  field.name = FieldName(member.key);
  field.place = member.at;
  if (!is_field_name(member.key))
    findings.mistake(Code::TypeWrong, member.at, "'" + member.key + "' is no name of a field",
                     "A name has lower-case letters, digits and _, and begins with a letter");
  if (const Node* type = node.find("type"); type != nullptr && type->is_scalar()) {
    if (const auto parsed = type_of(type->text))
      std::tie(field.type, field.item) = *parsed;
    else
      findings.mistake(Code::ChoiceUnknown, type->at, "'" + type->text + "' is no type",
                       suggestion(type->text, type_names));
  }
  if (const auto clazz = parse_class(text_at(node, "class"))) field.clazz = *clazz;
  if (node.is_mapping() && node.find("class") == nullptr)
    findings.warning(Code::KeyRequired, node.at,
                     "the field " + member.key + " has no class, so it counts as compliance_only and reaches no system",
                     "Add class: personal, or what it is");
  read_rule(node, field, draft);
  const std::string foreign = text_at(node, "on_foreign_write", "review");
  field.on_foreign_write = foreign == "restore"  ? ForeignWrite::Restore
                           : foreign == "ignore" ? ForeignWrite::Ignore
                                                 : ForeignWrite::Review;
  for (const Node* value : items_at(node, "values")) {
    if (std::find(field.values.begin(), field.values.end(), value->text) != field.values.end())
      findings.mistake(Code::NameDuplicate, value->at, "the value '" + value->text + "' stands twice");
    field.values.push_back(value->text);
  }
  const bool is_enum = field.type == Type::Enum || field.item == Type::Enum;
  if (is_enum && field.values.empty())
    findings.mistake(Code::KeyRequired, node.at, "an enum has no values", "Add values: [ … ]");
  if (!is_enum && node.find("values") != nullptr)
    findings.mistake(Code::KeyUnknown, place_at(node, "values"), "only an enum has values", "Write type: enum");
  field.to = EntityName(text_at(node, "to"));
  if (field.type == Type::Ref && field.to.empty())
    findings.mistake(Code::KeyRequired, node.at, "a ref does not say to which entity", "Add to: ENTITY");
  field.region = text_at(node, "region");
  if (!field.region.empty() && !mapping::is_region(field.region))
    findings.mistake(Code::ChoiceUnknown, place_at(node, "region"), "'" + field.region + "' has no telephone numbers",
                     "Write a country's code, such as AU");
  field.regulated = boolean_at(node, "regulated");
  field.keep = boolean_at(node, "keep", field.type != Type::GovernmentId);
  if (const Node* from = node.find("from"); from != nullptr && from->is_scalar()) {
    auto made = mapping::Derivation::parse(from->text, {field.type, field.region, draft.hub.zone, field.values});
    if (made)
      field.from = std::move(*made);
    else
      findings.mistake(made.error().code, from->at, made.error().what, made.error().fix);
  }
  return field;
}

}  // namespace

void read_entity(const Node& node, Draft& draft) {
  Entity entity;
  entity.name = EntityName(text_at(node, "entity"));
  entity.place = node.at;
  for (const Node::Member& field : members_at(node, "fields")) entity.fields.push_back(read_field(field, draft));
  if (const Node* together = node.find("together"))
    for (const Node& group : together->items) {
      entity.together.emplace_back();
      for (const Node& field : group.items) entity.together.back().emplace_back(field.text);
    }
  if (const Node* match = node.find("match")) entity.match = read_match(*match);
  const std::string on_delete = text_at(node, "on_delete", "detach");
  entity.on_delete = on_delete == "propagate" ? OnDelete::Propagate
                     : on_delete == "review"  ? OnDelete::Review
                                              : OnDelete::Detach;
  if (const Node* brakes = node.find("brakes")) {
    const auto brake = [&](const char* what) -> std::optional<Brake> {
      const Result<Brake> parsed = parse_brake(text_at(*brakes, what));
      return parsed ? std::optional(*parsed) : std::nullopt;
    };
    entity.brakes = {brake("creates"), brake("updates"), brake("deletes")};
  }
  if (entity.name.empty()) return;
  const auto [first, fresh] = draft.hub.entities.emplace(entity.name, entity);
  if (!fresh)
    draft.findings.mistake(Code::NameDuplicate, place_at(node, "entity"), "a second entity '" + entity.name.text + "'",
                           "The first is " + to_text(first->second.place));
  else
    draft.entity_nodes[entity.name] = node;
}

Result<Value> typed_value(const Field& field, const std::string& zone, const Json& given) {
  if (field.type == Type::Enum) {
    if (given.is_text() && std::find(field.values.begin(), field.values.end(), given.text()) != field.values.end())
      return given;
    return fail(Code::ChoiceUnknown, "that is no value of " + field.name.text,
                given.is_text() ? suggestion(given.text(), field.values) : std::string());
  }
  const std::string type(to_text(field.type));
  const mapping::Transform transform = mapping::default_transform(field.type);
  if (!transform.in) return fail(Code::InvalidArgument, "a field of type " + type + " cannot be given here");
  mapping::Context context;
  context.type = field.type;
  context.region = field.region;
  context.zone = zone;
  const auto value = transform.in(given, context);
  if (!value)
    return fail(Code::ValueInvalid, "what stands here does not fit the type " + type + " of " + field.name.text,
                value.error().fix);
  return *value;
}

std::optional<Value> value_of(const Field& field, const Node& node, const Hub& hub, Findings& findings) {
  if (node.is_null()) return Value();
  if (!node.is_scalar()) {
    findings.mistake(Code::ValueInvalid, node.at, "one value is due here");
    return std::nullopt;
  }
  const bool literal = field.type == Type::Boolean || field.type == Type::Integer;
  Result<Value> value = typed_value(field, hub.zone, literal ? to_json(node) : Json(node.text));
  if (value) return *std::move(value);
  const Error& error = value.error();
  if (error.code == Code::ChoiceUnknown)
    findings.mistake(error.code, node.at, "'" + node.text + "' is no value of " + field.name.text, error.fix);
  else
    findings.mistake(Code::ValueInvalid, node.at, error.what, error.fix);
  return std::nullopt;
}

namespace {

class EntityJudge {
 public:
  EntityJudge(Entity& entity, const Node& node, Draft& draft) : entity_(entity), node_(node), draft_(draft) {}

  void judge() {
    for (Field& field : entity_.fields) judge_field(field, draft_.field_node(entity_, field.name));
    judge_cycles();
    judge_together();
    if (const Node* match = node_.find("match")) judge_match(entity_, *match, draft_);
    if (const Node* brakes = node_.find("brakes");
        brakes && brakes->find("deletes") && entity_.on_delete == OnDelete::Detach)
      draft_.findings.warning(Code::FlowsDisagree, brakes->find("deletes")->at,
                              "a brake on deletes has nothing to hold back: what is deleted somewhere stays elsewhere",
                              "Write on_delete: propagate or review, or take it out");
  }

 private:
  Findings& findings() { return draft_.findings; }

  // Whether a mapping carries the field from the system into the hub.
  bool is_read(const SystemName& system, const FieldName& field) const {
    for (const auto& [name, mapping] : draft_.hub.mappings) {
      if (mapping.system != system || mapping.entity != entity_.name) continue;
      for (const mapping::FieldMapping& f : mapping.fields)
        if (f.field == field && f.direction != mapping::Direction::Out) return true;
    }
    return false;
  }

  void source(const SystemName& system, const Field& field, const Node& at, const std::string& role) {
    if (draft_.known_system(system.text, at.at) == nullptr || is_read(system, field.name)) return;
    findings().mistake(Code::FlowsDisagree, at.at,
                       system.text + " is " + role + " of " + entity_.name.text + "." + field.name.text +
                           ", and no mapping reads the field from it",
                       "Map it in mappings/" + system.text + ".….yaml, with direction in or both");
  }

  void judge_field(Field& field, const Node& node) {
    const Node* owner = node.find("owner");
    const Node* survivorship = node.find("survivorship");
    if (owner != nullptr && owner->is_scalar()) source(field.owner, field, *owner, "the owner");
    if (survivorship != nullptr && survivorship->is_sequence()) {
      std::set<std::string> seen;
      for (const Node& system : survivorship->items) {
        if (!seen.insert(system.text).second)
          findings().mistake(Code::NameDuplicate, system.at, "'" + system.text + "' stands twice");
        source(SystemName(system.text), field, system, "a source");
      }
    }
    if (field.rule != Rule::Owner && node.find("on_foreign_write") != nullptr)
      findings().mistake(Code::FlowsDisagree, place_at(node, "on_foreign_write"),
                         "no system owns the field, so no write to it is foreign",
                         "Take on_foreign_write: out, or write owner:");
    if (field.rule == Rule::Strictest && field.type != Type::Boolean)
      findings().mistake(Code::FlowsDisagree, place_at(node, "survivorship"),
                         "strictest is for a boolean: one 'no' anywhere is a no");
    if (field.rule == Rule::Union && field.type != Type::ListOf)
      findings().mistake(Code::FlowsDisagree, place_at(node, "survivorship"), "union is for a list");
    if (field.type == Type::Ref && !field.to.empty()) draft_.known_entity(field.to.text, place_at(node, "to"));
    if (const Node* otherwise = node.find("default"))
      if (auto value = value_of(field, *otherwise, draft_.hub, findings())) field.otherwise = std::move(*value);
    if (field.from) judge_from(field, *node.find("from"));
  }

  void judge_from(const Field& field, const Node& from) {
    if (!field.from->expression()) {
      for (const std::string& name : field.from->reads()) draft_.known_field(entity_, name, from.at);
      return;
    }
    judge_reads(*field.from->expression(), from, entity_, draft_);
    const mapping::Transform typed = mapping::default_transform(field.type);
    for (const Json& result : mapping::possible_results(field.from->expression()->text())) {
      if (typed.in(result, field.from->context())) continue;
      const std::string shown = result.is_text() ? "'" + result.text() + "'" : canonical(result);
      findings().mistake(field.type == Type::Enum ? Code::ChoiceUnknown : Code::ValueInvalid, from.at,
                         field.type == Type::Enum
                             ? shown + " is no value of " + field.name.text
                             : "the expression may give " + shown + ", which does not fit the type " +
                                   std::string(to_text(field.type)) + " of " + field.name.text,
                         field.type == Type::Enum && result.is_text() ? suggestion(result.text(), field.values) : "");
      return;  // one is enough: a comparison gives two
    }
  }

  // Fields that are made of each other never come to an end; the others are put in order.
  void judge_cycles() {
    std::set<FieldName> said;
    for (const Field& field : entity_.fields) {
      std::vector<FieldName> way;
      if (!field.from || said.contains(field.name) || put_behind_parts(field, way)) continue;
      if (way.front() != way.back()) continue;  // it is made of one that is made of itself, which has its own mistake
      said.insert(way.begin(), way.end());
      std::string text;
      for (const FieldName& name : way) text += (text.empty() ? "" : " -> ") + name.text;
      findings().mistake(Code::FlowsDisagree, draft_.field_node(entity_, field.name).find("from")->at,
                         "the field is made of itself: " + text);
    }
  }
  // False, with the way to itself, when it comes back to a field of the way.
  bool put_behind_parts(const Field& field, std::vector<FieldName>& way) {
    if (std::ranges::find(entity_.derived, field.name) != entity_.derived.end()) return true;
    const bool comes_back = std::ranges::find(way, field.name) != way.end();
    way.push_back(field.name);
    if (comes_back) return false;
    for (const std::string& name : field.from->reads())
      if (const Field* part = entity_.field(name); part != nullptr && part->from && !put_behind_parts(*part, way))
        return false;
    way.pop_back();
    entity_.derived.push_back(field.name);
    return true;
  }

  void judge_together() {
    const Node* together = node_.find("together");
    if (together == nullptr) return;
    std::set<std::string> seen;
    for (const Node& group : together->items) {
      const Field* first = nullptr;
      for (const Node& item : group.items) {
        const Field* field = draft_.known_field(entity_, item.text, item.at);
        if (field == nullptr) continue;
        if (!seen.insert(item.text).second)
          findings().mistake(Code::NameDuplicate, item.at, "'" + item.text + "' is in together twice");
        if (first == nullptr && field->rule == Rule::Review)
          findings().mistake(Code::NotBuilt, item.at,
                             "a conflict over fields that win together is not asked about yet: " + item.text +
                                 " has survivorship: review",
                             "Write survivorship: recency, or take it out of together:");
        if (first == nullptr) first = field;
        if (field->rule != first->rule || field->owner != first->owner || field->priority != first->priority ||
            field->from.has_value() != first->from.has_value())
          findings().mistake(Code::FlowsDisagree, item.at,
                             item.text + " cannot win together with " + first->name.text + ": another rule chooses it",
                             "Give them one owner or one survivorship");
      }
      if (group.items.size() < 2)
        findings().mistake(Code::TypeWrong, group.at, "one field alone does not win together with another");
    }
  }

  Entity& entity_;
  const Node& node_;
  Draft& draft_;
};

}  // namespace

void judge_entities(Draft& draft) {
  for (auto& [name, entity] : draft.hub.entities) EntityJudge(entity, draft.entity_nodes[name], draft).judge();
}

}  // namespace linchpin::model
