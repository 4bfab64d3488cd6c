#include "cli/documented.hpp"

#include <algorithm>

#include "cli/csv.hpp"

namespace linchpin::cli {
namespace {

template <class Name>
std::string joined(const std::vector<Name>& names) {
  std::string text;
  for (const Name& name : names) {
    if (!text.empty()) text += ", ";
    if constexpr (std::is_same_v<Name, std::string>)
      text += name;
    else
      text += name.text;
  }
  return text;
}

Json texts(const std::vector<std::string>& list) { return Json::List(list.begin(), list.end()); }

std::string pace(model::Pace pace, const std::optional<model::Schedule>& schedule) {
  if (pace == model::Pace::Batch) return "in batches" + std::string(schedule ? " by a schedule" : "");
  return pace == model::Pace::Realtime ? "as it changes" : "";
}

std::string keep_in_words(const model::Flow& flow) {
  std::string text = "keeps " + flow.entity.text + " in agreement:";
  for (const model::FlowSystem& s : flow.systems) {
    text += (&s == &flow.systems.front() ? " " : "; ") + s.system.text;
    if (s.read != model::Pace::No) text += " is read " + pace(s.read, s.read_at);
    if (s.write != model::Pace::No)
      text += std::string(s.read != model::Pace::No ? " and" : " is") + " written " + pace(s.write, s.write_at);
    if (s.when) text += " where " + s.when->text();
  }
  return text;
}

std::string event(const model::Flow& flow) {
  const std::string value = flow.on_value.is_text() ? flow.on_value.text() : canonical(flow.on_value);
  return "when " + flow.entity.text + "." + flow.on_field.text + " becomes " + value;
}

std::string do_in_words(const model::Flow& flow) {
  std::string text = event(flow) + ": " + flow.do_system.text + "." + flow.do_operation + ", with " +
                     (flow.send.empty() ? "no field" : joined(flow.send));
  for (const auto& [field, value] : flow.then)
    text += "; then " + field.text + " is " + (value.is_text() ? value.text() : canonical(value));
  return text;
}

std::string direct_in_words(const model::Flow& flow) {
  std::string text = "each change in " + flow.systems.front().system.text;
  if (flow.systems.back().when) text += " where " + flow.systems.back().when->text();
  return text + ": " + flow.do_system.text + "." + flow.do_operation + ", with " + joined(flow.send);
}

Json system_json(const model::System& s) {
  Json::Object versions;
  for (const auto& [family, version] : s.api_version) versions.emplace_back(family, version);
  return Json::object({{"system", s.name.text},
                       {"connector", s.connector->name},
                       {"title", s.connector->title},
                       {"api_version", std::move(versions)},
                       {"may_hold", std::string(to_text(s.ceiling))},
                       {"restricted_fields", texts({s.restricted_fields.begin(), s.restricted_fields.end()})},
                       {"purpose", s.purpose},
                       {"country", s.country}});
}

Json field_json(const model::Field& f) {
  return Json::object({{"field", f.name.text},
                       {"type", std::string(to_text(f.type))},
                       {"values", texts(f.values)},
                       {"class", std::string(to_text(f.clazz))},
                       {"chosen_by", model::chosen_by(f)},
                       {"regulated", f.regulated}});
}

Json entity_json(const model::Entity& e) {
  Json::List fields, together;
  for (const model::Field& f : e.fields) fields.push_back(field_json(f));
  for (const auto& group : e.together) {
    Json::List names;
    for (const FieldName& name : group) names.push_back(name.text);
    together.push_back(std::move(names));
  }
  return Json::object({{"entity", e.name.text}, {"fields", std::move(fields)}, {"together", std::move(together)}});
}

Json flow_json(const model::Flow& f) {
  return Json::object({{"flow", f.name.text},
                       {"kind", std::string(kind_of(f))},
                       {"does", flow_in_words(f)},
                       {"mode", std::string(to_text(f.mode))},
                       {"regulated", f.regulated},
                       {"alert", f.alert},
                       {"why", f.why}});
}

Json version_json(const model::Version& v) {
  return Json::object({{"version", v.number},
                       {"applied", v.number > 0},
                       {"at", v.at},
                       {"by", v.by},
                       {"why", v.why},
                       {"changes", model::to_json(told_changes(v))}});
}

template <class List, class Make>
Json list_of(const List& all, Make make) {
  Json::List list;
  for (const auto& one : all) list.push_back(make(one));
  return list;
}

}  // namespace

std::string_view kind_of(const model::Flow& flow) {
  switch (flow.kind) {
    case model::Flow::Kind::Keep:
      return "keep";
    case model::Flow::Kind::Do:
      return "event";
    case model::Flow::Kind::Post:
      return "to an app";
    case model::Flow::Kind::Direct:
      return "direct";
    case model::Flow::Kind::Manual:
      return "by hand";
  }
  return "";
}

std::string flow_in_words(const model::Flow& flow) {
  switch (flow.kind) {
    case model::Flow::Kind::Keep:
      return keep_in_words(flow);
    case model::Flow::Kind::Do:
      return do_in_words(flow);
    case model::Flow::Kind::Post:
      return event(flow) + ": an event to the app " + flow.app + ", with " + joined(flow.post);
    case model::Flow::Kind::Direct:
      return direct_in_words(flow);
    case model::Flow::Kind::Manual: {
      std::string text = flow.manual;
      if (!flow.from.empty()) text += "; from " + flow.from;
      if (!flow.to.empty()) text += (flow.from.empty() ? "; to " : " to ") + flow.to;
      return flow.carries.empty() ? text : text + ": " + joined(flow.carries);
    }
  }
  return "";
}

Documented documented(std::shared_ptr<const model::Hub> hub, std::vector<model::Disclosure> disclosure, Known known,
                      std::vector<KeptModel> models) {
  Documented d{std::move(hub), std::move(disclosure), std::move(known), {}, {}, {}};
  d.decisions = model::decisions(*d.hub, d.known.versions);
  d.gives = model::gives(*d.hub);
  for (KeptModel& kept : models)
    d.models.push_back({model::side_by_side(*d.hub, std::move(kept.model)), std::move(kept.drifts)});
  return d;
}

const Discovered* Documented::discovered(const SystemName& system) const {
  for (const Discovered& one : models)
    if (one.side.model.system == system) return &one;
  return nullptr;
}

std::vector<model::Difference> told_changes(const model::Version& v) {
  std::vector<model::Difference> told;
  for (model::Difference d : v.changes) {
    if (d.path.starts_with("match.not_values")) continue;
    for (std::string* side : {&d.before, &d.after})
      if (d.path == "match" && side->find("not_values") != std::string::npos) *side = "there";
    told.push_back(std::move(d));
  }
  return told;
}

std::vector<RegulatedPath> regulated_paths(const Documented& d) {
  std::vector<RegulatedPath> paths;
  for (const auto& [name, entity] : d.hub->entities) {
    for (const model::Field& field : entity.fields) {
      if (!field.regulated) continue;
      RegulatedPath path{name, field.name, {}, {}};
      for (const model::Decision& one : d.decisions) {
        if (one.entity != name || one.field != field.name) continue;
        const std::string at = one.system.text + " " + one.object.text + (one.path.empty() ? "" : " " + one.path);
        if (one.direction != "out") path.from.push_back(at);
        if (one.direction != "in") path.to.push_back(at);
      }
      paths.push_back(std::move(path));
    }
  }
  return paths;
}

Json to_json(const Documented& d) {
  Json::List systems, entities, flows;
  for (const auto& [name, system] : d.hub->systems) systems.push_back(system_json(system));
  for (const auto& [name, entity] : d.hub->entities) entities.push_back(entity_json(entity));
  for (const auto& [name, flow] : d.hub->flows) flows.push_back(flow_json(flow));
  const auto disclosed = [](const model::Disclosure& row) {
    return Json::object({{"system", row.system.text},
                         {"field", row.field},
                         {"class", std::string(to_text(row.clazz))},
                         {"purpose", row.purpose},
                         {"country", row.country}});
  };
  const auto regulated = [](const RegulatedPath& path) {
    return Json::object(
        {{"entity", path.entity.text}, {"field", path.field.text}, {"from", texts(path.from)}, {"to", texts(path.to)}});
  };
  const auto discovered = [](const Discovered& one) {
    return model::to_json(one.side).with("drifts", list_of(one.drifts, [](const Drifted& x) { return to_json(x); }));
  };
  return Json::object({{"hub", d.hub->name},
                       {"environment", d.hub->environment.name},
                       {"digest", d.hub->digest},
                       {"register", d.known.note},
                       {"systems", std::move(systems)},
                       {"entities", std::move(entities)},
                       {"flows", std::move(flows)},
                       {"gives", list_of(d.gives, [](const model::Gives& g) { return model::to_json(g); })},
                       {"regulated", list_of(regulated_paths(d), regulated)},
                       {"disclosure", list_of(d.disclosure, disclosed)},
                       {"decisions", list_of(d.decisions, [](const model::Decision& x) { return model::to_json(x); })},
                       {"models", list_of(d.models, discovered)},
                       {"versions", list_of(d.known.versions, version_json)}});
}

std::string registry_csv(const std::vector<model::Decision>& all) {
  std::string csv =
      "mapping,system,object,entity,field,what,path,transform,direction,null,inverse,unique,why,wants_reason,chosen_by,"
      "class,regulated,file,line,changed_in,changed_at,changed_by,changed_why\r\n";
  for (const model::Decision& d : all) {
    const model::Version last = d.history.empty() ? model::Version{} : d.history.front();
    const bool waits = !d.history.empty() && last.number == 0;
    const std::string cells[] = {d.mapping.text,
                                 d.system.text,
                                 d.object.text,
                                 d.entity.text,
                                 d.field.text,
                                 d.what,
                                 d.path,
                                 d.transform,
                                 d.direction,
                                 d.null_rule,
                                 d.inverse,
                                 d.unique ? "yes" : "no",
                                 d.why,
                                 d.wants_reason ? "yes" : "no",
                                 d.chosen_by,
                                 std::string(to_text(d.clazz)),
                                 d.regulated ? "yes" : "no",
                                 d.place.file,
                                 std::to_string(d.place.line),
                                 waits              ? "not applied"
                                 : last.number == 0 ? ""
                                                    : std::to_string(last.number),
                                 last.at,
                                 last.by,
                                 last.why};
    std::string line;
    for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + csv_text(cell);
    csv += line + "\r\n";
  }
  return csv;
}

}  // namespace linchpin::cli
