#include "model/side_by_side.hpp"

#include <algorithm>
#include <set>

#include "mapping/expression_texts.hpp"
#include "model/nearest.hpp"
#include "model/registry.hpp"

namespace linchpin::model {

using mapping::Direction;
using mapping::FieldMapping;
using mapping::Mapping;

namespace {

std::string below(const std::string& path, const std::string& member) {
  return path.empty() ? member : path + "." + member;
}

// The paths of the system that the entry reads or writes.
std::vector<std::string> paths_of(const FieldMapping& entry) {
  const std::string at = modelled(entry.at);
  std::vector<std::string> paths;
  if (entry.as.expression && entry.direction == Direction::In) {
    for (const std::string& name : entry.as.expression->reads())
      if (name != "*") paths.push_back(below(at, name));
  } else {
    for (const std::string& part : entry.as.parts) paths.push_back(below(at, part));
  }
  if (paths.empty() && !at.empty()) paths.push_back(at);
  return paths;
}

std::string folded(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Of `these`, what `those` has not; case makes no difference to a person, and none here.
std::vector<std::string> without(const std::vector<std::string>& these, const std::vector<std::string>& those) {
  std::set<std::string> known;
  for (const std::string& one : those) known.insert(folded(one));
  std::vector<std::string> missing;
  for (const std::string& one : these)
    if (!known.contains(folded(one)) && std::ranges::find(missing, one) == missing.end()) missing.push_back(one);
  return missing;
}

std::string joined(const std::vector<std::string>& values) {
  constexpr std::size_t most = 12;
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < most; ++i) text += (text.empty() ? "'" : ", '") + values[i] + "'";
  return values.size() > most ? text + " and " + std::to_string(values.size() - most) + " more" : text;
}

// The system's words of a table, or of an enum that is copied. Nothing where the mapping's words cannot be known.
std::vector<std::string> words_of(const FieldMapping& entry, const Field& field) {
  if (entry.as.name.empty()) return field.values;
  if (entry.as.name != "enum.table") return {};
  static const std::set<std::string> settings = {"direction", "ignore_case", "trim", "list", "table"};
  const Json& nested = entry.as.options["table"];
  std::vector<std::string> words;
  for (const auto& [hub, system] : (nested.is_object() ? nested : entry.as.options).members())
    if (system.is_text() && (std::ranges::find(field.values, hub) != field.values.end() || !settings.contains(hub)))
      words.push_back(system.text());
  return words;
}

// Whether a system's kind can stand for the hub's type as it is. A field of texts may hold anything that is written as
// one; that it always does is the system's word alone.
bool fits(const std::string& kind, const Field& field) {
  switch (field.type) {
    case Type::Text:
    case Type::Note:
    case Type::GovernmentId:
      return kind != "object" && kind != "list" && kind != "boolean";
    case Type::Email:
    case Type::Phone:
    case Type::Url:
      return kind == "text";
    case Type::Ref:
      return kind == "text" || kind == "number";
    case Type::Country:
      return kind == "text" || kind == "choice";
    case Type::Enum:
      return kind == "choice" || kind == "text";
    case Type::Date:
      return kind == "date";
    case Type::Datetime:
      return kind == "datetime";
    case Type::Boolean:
      return kind == "boolean";
    case Type::Integer:
    case Type::Decimal:
      return kind == "number";
    case Type::Money:
      return kind == "object" || kind == "number";
    case Type::Address:
      return kind == "object";
    case Type::ListOf:
      return kind == "list" || kind == "choice";
    case Type::JsonAny:
      return true;
  }
  return true;
}

std::string direction_of(Direction direction) {
  return direction == Direction::In ? "in" : direction == Direction::Out ? "out" : "both";
}

class Judge {
 public:
  Judge(const Hub& hub, SystemModel model) : hub_(hub) { side_.model = std::move(model); }

  SideBySide judge() {
    for (const ObjectModel& object : side_.model.objects)
      for (const SystemField& field : object.fields) side_.fields.push_back({object.object, field, {}});
    std::map<EntityName, std::set<std::string>> mapped;
    for (const auto& [name, mapping] : hub_.mappings) {
      const ObjectModel* object = mapping.system == side_.model.system ? side_.model.object(mapping.object) : nullptr;
      if (object == nullptr) continue;
      judge(mapping, *object);
      for (const FieldMapping& entry : mapping.fields) mapped[mapping.entity].insert(entry.field.text);
    }
    for (const auto& [entity, fields] : mapped)
      for (const Field& field : hub_.entity(entity).fields)
        if (!fields.contains(field.name.text)) side_.elsewhere.push_back(entity.text + "." + field.name.text);
    return std::move(side_);
  }

 private:
  std::string system() const { return side_.model.system.text; }

  void judge(const Mapping& mapping, const ObjectModel& object) {
    mapping_ = &mapping;
    object_ = &object;
    if (mapping.where)
      for (const std::string& name : mapping.where->reads())
        if (name != "*") there(name, {}, mapping.place, "where: reads ");
    if (mapping.golden_id_at) there(modelled(*mapping.golden_id_at), {}, mapping.place, "golden_id: names ");
    std::set<std::string> written;
    for (const FieldMapping& entry : mapping.fields) {
      const Field* field = hub_.entity(mapping.entity).field(entry.field.text);
      if (field == nullptr) continue;
      for (const std::string& path : paths_of(entry)) {
        if (entry.direction != Direction::In) written.insert(path);
        if (there(path, entry.field, entry.place, entry.field.text + " is mapped to ")) one(entry, *field, path);
      }
    }
    required(written);
  }

  bool there(const std::string& path, const FieldName& field, const Place& place, const std::string& how) {
    if (object_->has(path)) return true;
    std::vector<std::string> known;
    for (const SystemField& f : object_->fields) known.push_back(f.path);
    const std::string near = nearest(path, known);
    const std::string where = object_->object.text + " of " + system();
    find(ModelFinding::Kind::Gone, field, path, {},
         {Code::ReferenceUnknown, how + path + ", and " + where + " have no such field", place,
          near.empty() ? "Map another field, or bring it back in " + system() : "Did you mean '" + near + "'?"});
    return false;
  }

  void one(const FieldMapping& entry, const Field& field, const std::string& path) {
    const SystemField* model = object_->field(path);
    beside(entry, field, path);
    if (model == nullptr) return;
    if (entry.direction != Direction::In && model->read_only)
      find(ModelFinding::Kind::ReadOnly, entry.field, path, {},
           {Code::FlowsDisagree,
            field.name.text + " is written to " + path + ", which " + system() + " lets nobody write", entry.place,
            "Write direction: in"});
    if (!model->values.empty()) values(entry, field, *model);
    if (entry.as.name.empty() && !model->kind.empty() && !fits(model->kind, field))
      find(ModelFinding::Kind::KindDiffers, entry.field, path, {},
           {Code::FlowsDisagree,
            path + " is a " + model->kind + " in " + system() + ", and " + field.name.text + " is a " +
                std::string(to_text(field.type)) + " in the hub: a value that does not fit is a dead letter",
            entry.place, "Add a transform with as:, or give the field another type"});
  }

  void values(const FieldMapping& entry, const Field& field, const SystemField& model) {
    if (field.type != Type::Enum) return;
    const std::vector<std::string> words = words_of(entry, field);
    if (words.empty()) return;
    const std::string table = entry.as.name.empty() ? "the field's values" : "the table";
    if (entry.direction != Direction::Out)
      if (std::vector<std::string> uncovered = without(taken(entry, model.values), words); !uncovered.empty())
        find(ModelFinding::Kind::Uncovered, entry.field, model.path, uncovered,
             {Code::ValueUnmapped,
              model.path + " of " + system() + " may be " + joined(uncovered) + ", which " + table +
                  (entry.as.name.empty() ? " do not have" : " does not cover"),
              entry.place, "Such a record's field is a dead letter: add a row for each that is in use"});
    if (entry.direction != Direction::In)
      if (std::vector<std::string> gone = without(words, model.values); !gone.empty())
        find(ModelFinding::Kind::ValueGone, entry.field, model.path, gone,
             {Code::ReferenceUnknown,
              field.name.text + " is written to " + model.path + " as " + joined(gone) + ", and " + system() +
                  " has no such value",
              entry.place, "Take a value that it has, or add it in " + system()});
  }

  // Of the values, those of records that the mapping's `where:` may take.
  std::vector<std::string> taken(const FieldMapping& entry, std::vector<std::string> values) const {
    if (mapping_->where && entry.as.parts.empty())
      std::erase_if(values, [&](const std::string& value) {
        return mapping::rules_out(mapping_->where->text(), entry.at, value);
      });
    return values;
  }

  // What the system wants of a new record, and no entry writes.
  void required(const std::set<std::string>& written) {
    if (written.empty()) return;
    for (const SystemField& f : object_->fields)
      if (f.required && !f.read_only && !written.contains(f.path))
        find(ModelFinding::Kind::Required, {}, f.path, {},
             {Code::FlowsDisagree, system() + " wants " + f.path + " of every new record, and no entry writes it",
              mapping_->place, "Map it, or let nothing be created there"});
  }

  // The field itself, and what lies below one that is mapped whole.
  void beside(const FieldMapping& entry, const Field& field, const std::string& path) {
    for (Beside& row : side_.fields) {
      const bool mine =
          row.field.path == path || row.field.path.starts_with(path + ".") || row.field.path.starts_with(path + "[");
      if (row.object == object_->object && mine)
        row.mapped.push_back({mapping_->name, mapping_->entity, entry.field, std::string(to_text(field.type)),
                              to_text(entry.as, entry.ref_by), direction_of(entry.direction)});
    }
  }

  void find(ModelFinding::Kind kind, const FieldName& field, const std::string& path, std::vector<std::string> values,
            Error error) {
    side_.findings.push_back({kind, object_->object, mapping_->name, field, path, std::move(values), std::move(error)});
  }

  const Hub& hub_;
  SideBySide side_;
  const Mapping* mapping_ = nullptr;
  const ObjectModel* object_ = nullptr;
};

}  // namespace

std::string_view to_text(ModelFinding::Kind kind) {
  switch (kind) {
    case ModelFinding::Kind::Gone:
      return "gone";
    case ModelFinding::Kind::ReadOnly:
      return "read_only";
    case ModelFinding::Kind::ValueGone:
      return "value_gone";
    case ModelFinding::Kind::Uncovered:
      return "uncovered";
    case ModelFinding::Kind::KindDiffers:
      return "kind_differs";
    case ModelFinding::Kind::Required:
      return "required";
  }
  return "";
}

SideBySide side_by_side(const Hub& hub, SystemModel model) { return Judge(hub, std::move(model)).judge(); }

Json to_json(const SideBySide& side) {
  Json::List fields, findings, unmapped;
  for (const Beside& row : side.fields) {
    Json::List mapped;
    for (const Beside::Mapped& m : row.mapped)
      mapped.push_back(Json::object({{"mapping", m.mapping.text},
                                     {"field", m.entity.text + "." + m.field.text},
                                     {"type", m.type},
                                     {"transform", m.transform},
                                     {"direction", m.direction}}));
    if (!mapped.empty())
      fields.push_back(Json::object({{"object", row.object.text},
                                     {"path", row.field.path},
                                     {"kind", row.field.kind},
                                     {"mapped", std::move(mapped)}}));
    else
      unmapped.push_back(row.object.text + " " + row.field.path);
  }
  for (const ModelFinding& f : side.findings)
    findings.push_back(Json::object({{"kind", std::string(to_text(f.kind))},
                                     {"mistake", f.mistake()},
                                     {"object", f.object.text},
                                     {"mapping", f.mapping.text},
                                     {"field", f.field.text},
                                     {"path", f.path},
                                     {"values", Json::List(f.values.begin(), f.values.end())},
                                     {"file", f.error.at.file},
                                     {"line", f.error.at.line},
                                     {"message", f.error.what},
                                     {"remedy", f.error.fix}}));
  return Json::object({{"model", to_json(side.model)},
                       {"mapped", std::move(fields)},
                       {"unmapped", std::move(unmapped)},
                       {"elsewhere", Json::List(side.elsewhere.begin(), side.elsewhere.end())},
                       {"findings", std::move(findings)}});
}

}  // namespace linchpin::model
