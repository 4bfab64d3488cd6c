#include "model/registry.hpp"

#include <algorithm>

namespace linchpin::model {

using mapping::Direction;
using mapping::FieldMapping;
using mapping::Mapping;

namespace {

std::string to_text(Direction direction) {
  switch (direction) {
    case Direction::In:
      return "in";
    case Direction::Out:
      return "out";
    case Direction::Both:
      return "both";
  }
  return "";
}

// What is done the other way, of an entry that goes both; else whether there would be another way.
std::string inverse_of(const FieldMapping& entry) {
  const bool transforms = !entry.as.name.empty() || entry.ref_by == "record";
  if (entry.direction == Direction::Both) return transforms ? "the same, read backwards" : "a copy";
  if (entry.as.name == "=") return "none: an expression goes one way";
  if (entry.ref_by == "record") return "there is one, and it is not used";
  if (!entry.ref_by.empty()) return "not used";
  const bool one_to_one = entry.as.invertible && entry.as.in && entry.as.out;
  return one_to_one ? "there is one, and it is not used" : "none: it is not one to one";
}

// "fields.phone" of "fields.phone.at".
bool is_below(const std::string& key, const std::string& path) {
  return key.empty() || path == key || (path.starts_with(key) && path[key.size()] == '.');
}

class Registry {
 public:
  Registry(const Hub& hub, const std::vector<Version>& versions) : hub_(hub), versions_(versions) {}

  std::vector<Decision> all() {
    for (const auto& [name, mapping] : hub_.mappings) {
      whole(mapping);
      for (const FieldMapping& entry : mapping.fields) all_.push_back(field(mapping, entry));
    }
    return std::move(all_);
  }

 private:
  Decision begin(const Mapping& mapping, const std::string& key, const Place& place) const {
    Decision d;
    d.mapping = mapping.name;
    d.system = mapping.system;
    d.object = mapping.object;
    d.entity = mapping.entity;
    d.null_rule = mapping.null == mapping::NullRule::Clear ? "clear" : "ignore";
    d.place = place;
    d.history = history_of(versions_, mapping.place.file, key);
    return d;
  }

  // What the mapping decides of all its records.
  void whole(const Mapping& mapping) {
    const auto add = [&](const std::string& key, std::string logic, bool path, bool wants_reason) {
      Decision d = begin(mapping, key, mapping.place);
      d.what = key == "where" ? "records" : key;
      (path ? d.path : d.transform) = std::move(logic);
      d.direction = "in";
      d.why = mapping.why;
      d.wants_reason = wants_reason;
      all_.push_back(std::move(d));
    };
    if (mapping.where) add("where", mapping.where->text(), false, true);
    if (mapping.null == mapping::NullRule::Clear) add("null", "clear", false, true);
    if (mapping.golden_id_at) add("golden_id", mapping::to_text(*mapping.golden_id_at), true, false);
  }

  Decision field(const Mapping& mapping, const FieldMapping& entry) const {
    Decision d = begin(mapping, "fields." + entry.field.text, entry.place);
    d.field = entry.field;
    d.what = "field";
    d.path = mapping::to_text(entry.at);
    d.transform = model::to_text(entry.as, entry.ref_by);
    d.direction = to_text(entry.direction);
    d.inverse = inverse_of(entry);
    d.unique = entry.unique_suffix;
    d.keeps = entry.keeps;
    d.why = entry.why;
    d.wants_reason = is_choice(entry, hub_.system(mapping.system).connector.get(), mapping.object);
    if (const Field* f = hub_.entity(mapping.entity).field(entry.field.text)) {
      if (f->from) d.inverse = "none: it is made of other fields";
      d.chosen_by = model::chosen_by(*f);
      d.clazz = f->clazz;
      d.regulated = f->regulated;
    }
    return d;
  }

  const Hub& hub_;
  const std::vector<Version>& versions_;
  std::vector<Decision> all_;
};

}  // namespace

bool is_choice(const FieldMapping& entry, const Manifest* connector, const ObjectName& object) {
  const bool transforms = !entry.as.name.empty() || entry.ref_by == "record";
  if (transforms || entry.unique_suffix || entry.keeps) return true;
  if (entry.direction == Direction::Both) return false;
  const ObjectSpec* spec = connector == nullptr ? nullptr : connector->object(object);
  const bool written = spec == nullptr || spec->can_create || spec->can_update;
  return entry.direction == Direction::Out || written;
}

std::vector<Version> versions(const Json& items) {
  std::vector<Version> all;
  for (const Json& item : items.items()) {
    Version v{item["version"].integer().value_or(0), item["at"].text(), item["by"].text(), item["why"].text(), {}};
    for (const Json& c : item["changes"].items())
      v.changes.push_back({c["file"].text(), c["path"].text(), c["before"].text(), c["after"].text()});
    all.push_back(std::move(v));
  }
  return all;
}

std::vector<Version> history_of(const std::vector<Version>& all, const std::string& file, const std::string& key) {
  std::vector<Version> history;
  for (const Version& v : all) {
    Version mine{v.number, v.at, v.by, v.why, {}};
    for (const Difference& d : v.changes)
      if (d.file == file && (d.path.empty() || is_below(key, d.path))) mine.changes.push_back(d);
    if (!mine.changes.empty()) history.push_back(std::move(mine));
  }
  return history;
}

std::vector<Decision> decisions(const Hub& hub, const std::vector<Version>& versions) {
  return Registry(hub, versions).all();
}

std::string chosen_by(const Field& field) {
  if (field.from) return (field.from->expression() ? "made by " : "made of ") + field.from->text();
  switch (field.rule) {
    case Rule::Owner:
      return "owner " + field.owner.text;
    case Rule::Recency:
      return "the latest";
    case Rule::Oldest:
      return "the oldest";
    case Rule::Union:
      return "all of them";
    case Rule::Strictest:
      return "the strictest";
    case Rule::Review:
      return "a person";
    case Rule::Priority:
      break;
  }
  std::string text;
  for (const SystemName& system : field.priority) text += (text.empty() ? "" : ", then ") + system.text;
  return text;
}

std::string to_text(const mapping::Transform& as, const std::string& ref_by) {
  if (as.expression) return "=" + as.expression->text();
  if (!ref_by.empty()) return "ref(" + ref_by + ")";
  if (as.name.empty() || as.options.members().empty()) return as.name;
  std::string arguments;
  for (const auto& [name, value] : as.options.members())
    arguments += (arguments.empty() ? "" : ", ") + name + ": " + (value.is_text() ? value.text() : canonical(value));
  return as.name + "(" + arguments + ")";
}

Json to_json(const Decision& d) {
  Json::List history;
  for (const Version& v : d.history)
    history.push_back(Json::object(
        {{"version", v.number}, {"at", v.at}, {"by", v.by}, {"why", v.why}, {"changes", to_json(v.changes)}}));
  return Json::object({{"mapping", d.mapping.text},
                       {"system", d.system.text},
                       {"object", d.object.text},
                       {"entity", d.entity.text},
                       {"field", d.field.text},
                       {"what", d.what},
                       {"path", d.path},
                       {"transform", d.transform},
                       {"direction", d.direction},
                       {"null", d.null_rule},
                       {"inverse", d.inverse},
                       {"unique", d.unique},
                       {"keeps", d.keeps},
                       {"why", d.why},
                       {"wants_reason", d.wants_reason},
                       {"chosen_by", d.chosen_by},
                       {"class", std::string(to_text(d.clazz))},
                       {"regulated", d.regulated},
                       {"file", d.place.file},
                       {"line", d.place.line},
                       {"history", std::move(history)}});
}

}  // namespace linchpin::model
