#include "model/system_model.hpp"

#include <algorithm>
#include <set>

namespace linchpin::model {
namespace {

constexpr std::size_t depth_most = 6;

bool by_path(const SystemField& a, const SystemField& b) { return a.path < b.path; }

// As programs name members. What is anything else may be somebody's name or number.
bool is_member_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string kind_of(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null:
      return "";
    case Json::Kind::Boolean:
      return "boolean";
    case Json::Kind::Number:
      return "number";
    case Json::Kind::Text:
      return "text";
    case Json::Kind::List:
      return "list";
    case Json::Kind::Object:
      return "object";
  }
  return "";
}

// A word of a choice that the contract does not have. It is the vendor's own, not a person's.
bool is_new_word(const SystemField& choice, const Json& value) {
  return value.is_text() && is_member_name(value.text()) && !choice.values.empty() &&
         std::ranges::find(choice.values, value.text()) == choice.values.end();
}

void look(const Json& value, const std::string& path, std::size_t depth, ObjectModel& model) {
  if (depth > depth_most) return;
  if (value.is_object()) {
    for (const auto& [name, member] : value.members())
      if (is_member_name(name)) look(member, path.empty() ? name : path + "." + name, depth + 1, model);
  } else if (value.is_list()) {
    for (const Json& item : value.items()) look(item, path + "[]", depth + 1, model);
  }
  const bool leaf = !value.is_object() && !(value.is_list() && !value.items().empty());
  if (!leaf || path.empty()) return;
  SystemField field{.path = path, .kind = kind_of(value), .label = {}, .values = {}, .refers_to = {}};
  field.told_by = "records";
  const auto there = std::ranges::find(model.fields, path, &SystemField::path);
  if (there == model.fields.end())
    model.add(std::move(field));
  else if (there->kind.empty() && there->told_by == "records")
    there->kind = field.kind;
  else if (there->kind == "choice" && is_new_word(*there, value))
    there->values.push_back(value.text());
}

Json field_json(const SystemField& f) {
  Json::Object object{{"path", f.path}, {"kind", f.kind}, {"told_by", f.told_by}};
  if (!f.label.empty()) object.emplace_back("label", f.label);
  if (!f.values.empty()) object.emplace_back("values", Json::List(f.values.begin(), f.values.end()));
  if (!f.refers_to.empty()) object.emplace_back("refers_to", f.refers_to);
  for (const auto& [name, is] :
       {std::pair("required", f.required), std::pair("read_only", f.read_only), std::pair("unique", f.unique)})
    if (is) object.emplace_back(name, true);
  return object;
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> all;
  for (const Json& item : list.items()) all.push_back(item.text());
  return all;
}

SystemField field_of(const Json& j) {
  SystemField f{.path = j["path"].text(),
                .kind = j["kind"].text(),
                .label = j["label"].text(),
                .values = {},
                .refers_to = j["refers_to"].text(),
                .required = j["required"].boolean(),
                .read_only = j["read_only"].boolean(),
                .unique = j["unique"].boolean(),
                .told_by = j["told_by"].text()};
  f.values = texts(j["values"]);
  return f;
}

// `Name: text`, or with what else the contract says of it.
SystemField declared_field(const std::string& path, const Json& j) {
  SystemField field{.path = path,
                    .kind = j.is_text() ? j.text() : j["kind"].text(),
                    .label = j["label"].text(),
                    .values = texts(j["values"]),
                    .refers_to = j["refers_to"].text(),
                    .required = j["required"].boolean(),
                    .read_only = j["read_only"].boolean(),
                    .unique = j["unique"].boolean(),
                    .told_by = "contract"};
  if (!field.values.empty() && field.kind.empty()) field.kind = "choice";
  return field;
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
  return text;
}

class Comparison {
 public:
  std::vector<Drift> all(const SystemModel& before, const SystemModel& after) {
    for (const ObjectModel& was : before.objects) {
      object_ = was.object;
      const ObjectModel* is = after.object(was.object);
      if (is == nullptr) {
        say("", "removed", "", "");
        continue;
      }
      for (const SystemField& f : was.fields)
        if (const SystemField* now = is->field(f.path))
          field(f, *now);
        else if (f.told_by != "records")
          say(f.path, "removed", f.kind, "");
      for (const SystemField& f : is->fields)
        if (was.field(f.path) == nullptr) say(f.path, "added", "", f.kind);
    }
    for (const ObjectModel& is : after.objects) {
      object_ = is.object;
      if (before.object(is.object) == nullptr) say("", "added", "", "");
    }
    return std::move(found_);
  }

 private:
  void field(const SystemField& was, const SystemField& is) {
    // A null in the records of one day says nothing of the kind.
    if (!was.kind.empty() && !is.kind.empty()) differ(was, "kind", was.kind, is.kind);
    if (was.told_by != "records" || is.told_by != "records") differ(was, "told_by", was.told_by, is.told_by);
    differ(was, "label", was.label, is.label);
    differ(was, "refers_to", was.refers_to, is.refers_to);
    const auto yes = [](bool is) { return std::string(is ? "yes" : "no"); };
    differ(was, "required", yes(was.required), yes(is.required));
    differ(was, "read_only", yes(was.read_only), yes(is.read_only));
    differ(was, "unique", yes(was.unique), yes(is.unique));
    std::vector<std::string> gone, come;  // their order says nothing
    for (const std::string& value : was.values)
      if (std::ranges::find(is.values, value) == is.values.end()) gone.push_back(value);
    for (const std::string& value : is.values)
      if (std::ranges::find(was.values, value) == was.values.end()) come.push_back(value);
    if (!gone.empty() || !come.empty()) say(was.path, "values", joined(gone), joined(come));
  }

  void differ(const SystemField& f, const char* what, const std::string& was, const std::string& is) {
    if (was != is) say(f.path, what, was, is);
  }
  void say(std::string path, std::string what, std::string before, std::string after) {
    found_.push_back({object_, std::move(path), std::move(what), std::move(before), std::move(after)});
  }

  ObjectName object_;
  std::vector<Drift> found_;
};

}  // namespace

const SystemField* ObjectModel::field(std::string_view path) const {
  const auto found = std::ranges::find(fields, path, &SystemField::path);
  return found == fields.end() ? nullptr : &*found;
}

bool ObjectModel::has(std::string_view path) const {
  const std::string wanted(path);
  const auto below = [](const std::string& upper, const std::string& lower) {
    return lower.size() > upper.size() && lower.starts_with(upper) &&
           (lower[upper.size()] == '.' || lower[upper.size()] == '[');
  };
  return std::ranges::any_of(fields, [&](const SystemField& f) {
    if (f.path == wanted || below(wanted, f.path)) return true;
    const bool holds_more = f.kind == "object" || f.kind == "list" || f.kind.empty();
    return holds_more && below(f.path, wanted) &&
           std::ranges::none_of(fields, [&](const SystemField& other) { return below(f.path, other.path); });
  });
}

void ObjectModel::add(SystemField field) {
  const auto at = std::ranges::lower_bound(fields, field, by_path);
  if (at == fields.end() || at->path != field.path) fields.insert(at, std::move(field));
}

std::string modelled(const mapping::Path& path) {
  mapping::Path every;
  for (const auto& step : path.steps) {
    if (std::holds_alternative<mapping::Path::Key>(step))
      every.steps.push_back(step);
    else
      every.steps.push_back(mapping::Path::Every{});
  }
  return mapping::to_text(every);
}

ObjectModel declared_model(const ObjectName& name, const Json& object) {
  ObjectModel model{name, {}};
  for (const auto& [path, field] : object["model"]["declared"].members()) model.add(declared_field(path, field));
  for (const auto& [association, one] : object["associations"].members()) {
    SystemField field{.path = "associations." + association,
                      .kind = "text",
                      .label = {},
                      .values = {},
                      .refers_to = one["to"].text(),
                      .told_by = "contract"};
    field.read_only = !one.find("set");
    model.add(std::move(field));
  }
  return model;
}

const ObjectModel* SystemModel::object(const ObjectName& name) const {
  const auto found = std::ranges::find(objects, name, &ObjectModel::object);
  return found == objects.end() ? nullptr : &*found;
}

Json to_json(const SystemModel& model) {
  Json::List objects;
  for (const ObjectModel& o : model.objects) {
    Json::List fields;
    for (const SystemField& f : o.fields) fields.push_back(field_json(f));
    objects.push_back(Json::object({{"object", o.object.text}, {"records", o.records}, {"fields", std::move(fields)}}));
  }
  Json::Object versions;
  for (const auto& [family, version] : model.api_version) versions.emplace_back(family, version);
  return Json::object({{"system", model.system.text},
                       {"connector", model.connector},
                       {"read_at", model.read_at},
                       {"api_version", std::move(versions)},
                       {"objects", std::move(objects)}});
}

Result<SystemModel> system_model(const Json& j) {
  if (j["system"].text().empty() || !j["objects"].is_list())
    return fail(Code::InvalidArgument, "that is no data model of a system");
  SystemModel model{SystemName(j["system"].text()), j["connector"].text(), j["read_at"].text(), {}, {}};
  for (const auto& [family, version] : j["api_version"].members()) model.api_version[family] = version.text();
  for (const Json& o : j["objects"].items()) {
    ObjectModel object{ObjectName(o["object"].text()), {}, o["records"].integer().value_or(0)};
    for (const Json& f : o["fields"].items()) object.add(field_of(f));
    model.objects.push_back(std::move(object));
  }
  return model;
}

void look_at(const Json& record, ObjectModel& model) {
  look(record, "", 0, model);
  ++model.records;
}

std::vector<Drift> drift(const SystemModel& before, const SystemModel& after) {
  return Comparison().all(before, after);
}

SystemModel with_seen(const SystemModel& before, SystemModel after) {
  for (ObjectModel& object : after.objects) {
    const ObjectModel* was = before.object(object.object);
    if (was == nullptr) continue;
    for (const SystemField& f : was->fields)
      if (f.told_by == "records" && object.field(f.path) == nullptr) object.add(f);
  }
  return after;
}

Json to_json(const std::vector<Drift>& all) {
  Json::List list;
  for (const Drift& d : all)
    list.push_back(Json::object(
        {{"object", d.object.text}, {"path", d.path}, {"what", d.what}, {"before", d.before}, {"after", d.after}}));
  return list;
}

std::vector<Drift> drifts(const Json& list) {
  std::vector<Drift> all;
  for (const Json& d : list.items())
    all.push_back(
        {ObjectName(d["object"].text()), d["path"].text(), d["what"].text(), d["before"].text(), d["after"].text()});
  return all;
}

}  // namespace linchpin::model
