// The pages of one mapping, one system and one entity.
#include <functional>

#include "cli/site.hpp"

namespace linchpin::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string item(std::string_view name, const std::string& html) {
  return html.empty() ? "" : "<dt>" + std::string(name) + "</dt><dd>" + html + "</dd>\n";
}

std::string direction_in_words(const model::Decision& d) {
  if (d.direction == "in") return "in: from " + d.system.text + " to the hub";
  if (d.direction == "out") return "out: from the hub to " + d.system.text;
  return "both ways";
}

std::string history_part(const model::Decision& one) {
  if (one.history.empty()) return "";
  std::string text;
  for (const model::Version& v : one.history) {
    text += "<li>" + html_escaped(version_name(v));
    if (v.number > 0) text += ", <time>" + html_escaped(v.at) + "</time>, by " + html_escaped(v.by);
    if (!v.why.empty()) text += ": " + html_escaped(v.why);
    for (const model::Difference& c : v.changes)
      text +=
          "<br>" + (c.path.empty() ? html_escaped(c.after.empty() ? "the mapping was taken out" : "the mapping came")
                                   : code(c.path) + " was " + (c.before.empty() ? "not there" : code(c.before)) +
                                         ", is " + (c.after.empty() ? "gone" : code(c.after)));
    text += "</li>\n";
  }
  return item("history", "<ol reversed>" + text + "</ol>");
}

std::string reason(const model::Decision& one) {
  if (!one.why.empty()) return html_escaped(one.why);
  return one.wants_reason ? "<strong>none is given</strong>" : "none is needed: a copy";
}

std::string decision_section(const model::Decision& one) {
  const bool field = !one.field.empty();
  std::string text = "<section>\n<h2>" + html_escaped(field ? one.field.text : "(" + one.what + ")") + "</h2>\n<dl>\n" +
                     item("path", code(one.path)) + item(field ? "transform" : "rule", code(one.transform));
  if (field)
    text += item("direction", html_escaped(direction_in_words(one))) +
            item("the other way", html_escaped(one.inverse)) +
            item("null", one.null_rule == "clear" ? "empties the field" : "is no change") +
            item("unique", one.unique ? "a second record of one value gets \" (2)\"" : "") +
            item("keeps", one.keeps ? "the document is fetched and kept, sealed" : "") +
            item("golden value", html_escaped(one.chosen_by)) + item("class", std::string(to_text(one.clazz))) +
            item("regulated", one.regulated ? "yes" : "");
  return text + item("why", reason(one)) + item("where", code(one.place.file + ":" + std::to_string(one.place.line))) +
         history_part(one) + "</dl>\n</section>\n";
}

Rows decision_rows(const Documented& d, const std::function<bool(const model::Decision&)>& wanted, bool by_system) {
  Rows rows;
  for (const model::Decision& one : d.decisions) {
    if (one.field.empty() || !wanted(one)) continue;
    rows.push_back(
        {by_system ? code(one.path.empty() ? "(the record)" : one.path) : link_to("mapping", one.mapping.text),
         by_system ? code(one.entity.text + "." + one.field.text) : code(one.path), code(one.transform), one.direction,
         html_escaped(one.why)});
  }
  return rows;
}

std::string rules_of(const model::SystemField& f) {
  std::string text;
  for (const auto& [is, name] :
       {std::pair(f.required, "required"), std::pair(f.read_only, "read only"), std::pair(f.unique, "unique")})
    if (is) text += (text.empty() ? "" : ", ") + std::string(name);
  if (!f.refers_to.empty()) text += (text.empty() ? "" : ", ") + std::string("names one of ") + f.refers_to;
  return text;
}

std::string values_of(const model::SystemField& f) {
  constexpr std::size_t shown_most = 20;
  std::string text;
  for (std::size_t i = 0; i < f.values.size() && i < shown_most; ++i) text += (i > 0 ? ", " : "") + f.values[i];
  if (f.values.size() > shown_most) text += " and " + std::to_string(f.values.size() - shown_most) + " more";
  return text;
}

std::string hub_side(const model::Beside& row) {
  std::string text;
  for (const model::Beside::Mapped& m : row.mapped)
    text += (text.empty() ? "" : "<br>") + code(m.entity.text + "." + m.field.text) + " " + html_escaped(m.type) +
            (m.direction == "in"    ? ", from here"
             : m.direction == "out" ? ", to here"
                                    : ", both ways");
  return text.empty() ? "not mapped" : text;
}

std::string drifts_part(const Discovered& read) {
  std::string text;
  for (const Drifted& d : read.drifts) {
    Rows rows;
    for (const model::Drift& c : d.changes)
      rows.push_back({code(c.object.text + (c.path.empty() ? "" : " " + c.path)), html_escaped(c.what),
                      html_escaped(c.before), html_escaped(c.after)});
    text += html_table("Between " + d.since + " and " + d.at, {"field", "what", "before", "after"}, rows);
  }
  return text.empty() ? "<p>Nothing since it was first read.</p>\n" : text;
}

// Both models side by side.
std::string model_part(const Discovered* read, const std::string& system) {
  std::string text = "<section>\n<h2>Its data model, beside the hub's</h2>\n";
  if (read == nullptr)
    return text +
           "<p class=\"note\">Not read yet: <code>linchpin discover</code> asks the system for it.</p>\n</section>\n";
  Rows rows, findings;
  for (const model::Beside& row : read->side.fields)
    rows.push_back({code(row.object.text + " " + row.field.path), html_escaped(row.field.label),
                    html_escaped(row.field.kind), html_escaped(values_of(row.field)), html_escaped(rules_of(row.field)),
                    hub_side(row)});
  for (const model::ModelFinding& f : read->side.findings)
    findings.push_back({code(f.mapping.text + (f.field.empty() ? "" : " " + f.field.text)),
                        f.mistake() ? "<strong>cannot work</strong>" : "to look at",
                        html_escaped(to_text(Error{f.error.code, f.error.what, {}, f.error.fix}))});
  text += "<p>As of <time>" + html_escaped(read->side.model.read_at) + "</time>.</p>\n";
  if (!findings.empty())
    text +=
        html_table("What the mappings say that this model does not bear out", {"entry", "weight", "what"}, findings);
  text += html_table("Fields of " + system, {"field", "label", "kind", "may be", "rules", "in the hub"}, rows);
  if (!read->side.elsewhere.empty()) {
    std::string fields;
    for (const std::string& field : read->side.elsewhere) fields += (fields.empty() ? "" : ", ") + code(field);
    text += "<p>In the hub and not in " + html_escaped(system) + ": " + fields + ".</p>\n";
  }
  return text + "</section>\n<section>\n<h2>What changed in its data model</h2>\n" + drifts_part(*read) +
         "</section>\n";
}

std::string match_part(const model::Entity& entity) {
  const model::MatchRules& rules = entity.match;
  std::vector<std::string> lines;
  for (const FieldName& field : rules.never_differs) lines.push_back("Never, where " + field.text + " differs.");
  for (const model::SameRule& same : rules.same) {
    std::string line = "Where ";
    for (const model::AgreeOn& on : same.agree)
      line += (&on == &same.agree.front() ? "" : " and ") + on.field.text + (on.nearly ? " nearly" : "");
    line += same.agree.size() == 1 ? " agrees" : " agree";
    for (const FieldName& field : same.two_of)
      line += (&field == &same.two_of.front() ? ", and two of " : ", ") + field.text;
    lines.push_back(line + ".");
  }
  if (rules.likely) {
    std::string line = "A person is asked where they are likely the same, by ";
    for (const FieldName& field : rules.likely->compare)
      line += (&field == &rules.likely->compare.front() ? "" : ", ") + field.text;
    lines.push_back(line + (rules.likely->accept ? "; nobody is asked above the bar." : "."));
  }
  if (lines.empty()) return "";
  std::string text = "<section>\n<h2>When two records are one</h2>\n<ul>\n";
  for (const std::string& line : lines) text += "<li>" + html_escaped(line) + "</li>\n";
  return text + "</ul>\n</section>\n";
}

}  // namespace

std::string changes_table(const std::string& caption, const std::vector<model::Difference>& changes, bool with_file) {
  Rows rows;
  for (const model::Difference& c : changes) {
    const std::string what = c.path.empty() ? "the whole file" : code(c.path);
    std::vector<std::string> row{with_file ? code(c.file) : what};
    if (with_file) row.push_back(what);
    row.push_back(c.before.empty() ? "not there" : code(c.before));
    row.push_back(c.after.empty() ? "gone" : code(c.after));
    rows.push_back(std::move(row));
  }
  return with_file ? html_table(caption, {"file", "what", "before", "after"}, rows)
                   : html_table(caption, {"what", "before", "after"}, rows);
}

std::string mapping_body(const Documented& d, const mapping::Mapping& mapping) {
  std::string text = "<p>" + html_escaped(mapping.object.text) + " of " + link_to("system", mapping.system.text) +
                     ", as the hub's " + link_to("entity", mapping.entity.text) + ".</p>\n";
  if (!d.known.note.empty()) text += "<p class=\"note\">" + html_escaped(d.known.note) + "</p>\n";
  for (const model::Decision& one : d.decisions)
    if (one.mapping == mapping.name) text += decision_section(one);
  return text;
}

std::string system_body(const Documented& d, const model::System& system) {
  std::string holds(to_text(system.ceiling)), versions;
  for (const std::string& field : system.restricted_fields) holds += ", and " + field;
  for (const auto& [family, version] : system.api_version)
    versions += (versions.empty() ? "" : ", ") + family + " " + version;
  std::string text = "<dl>\n" + item("application", html_escaped(system.connector->title)) +
                     item("may hold", html_escaped("at most " + holds)) +
                     item("purpose", html_escaped(system.purpose)) + item("country", html_escaped(system.country)) +
                     item("API versions", html_escaped(versions)) + "</dl>\n";
  Rows receives;
  for (const model::Disclosure& row : d.disclosure)
    if (row.system == system.name) receives.push_back({code(row.field), std::string(to_text(row.clazz))});
  text += "<section>\n<h2>What it may receive</h2>\n";
  text += receives.empty() ? "<p>Nothing.</p>\n" : html_table("Fields that can reach it", {"field", "class"}, receives);
  const auto mine = [&](const model::Decision& one) { return one.system == system.name; };
  return text + "</section>\n<section>\n<h2>What maps to what</h2>\n" +
         html_table("Its fields in the hub", {"in " + system.name.text, "in the hub", "transform", "direction", "why"},
                    decision_rows(d, mine, true)) +
         "</section>\n" + model_part(d.discovered(system.name), system.name.text);
}

std::string entity_body(const Documented& d, const model::Entity& entity) {
  Rows rows;
  for (const model::Field& f : entity.fields) {
    std::string type(to_text(f.type));
    for (const std::string& value : f.values) type += (&value == &f.values.front() ? ": " : ", ") + value;
    rows.push_back({code(f.name.text), html_escaped(type), std::string(to_text(f.clazz)),
                    html_escaped(model::chosen_by(f)), f.regulated ? "yes" : "no"});
  }
  std::string text =
      html_table("Fields of " + entity.name.text, {"field", "type", "class", "golden value", "regulated"}, rows);
  for (const auto& group : entity.together) {
    std::string names;
    for (const FieldName& name : group) names += (names.empty() ? "" : ", ") + name.text;
    text += "<p>These win together: " + html_escaped(names) + ".</p>\n";
  }
  text += match_part(entity);
  for (const model::Field& f : entity.fields) {
    const auto mine = [&](const model::Decision& one) { return one.entity == entity.name && one.field == f.name; };
    const Rows mapped = decision_rows(d, mine, false);
    text += "<section>\n<h2>" + html_escaped(f.name.text) + "</h2>\n";
    text += mapped.empty() ? "<p>No system has it.</p>\n"
                           : html_table("Where " + f.name.text + " is",
                                        {"mapping", "path in the system", "transform", "direction", "why"}, mapped);
    const auto history = model::history_of(d.known.versions, entity.place.file, "fields." + f.name.text);
    for (const model::Version& v : history) {
      if (v.number == 1) continue;  // it came with the file
      text += changes_table("What changed: " + version_name(v), v.changes, false);
      if (v.number > 0)
        text += "<p>By " + html_escaped(v.by) + ", <time>" + html_escaped(v.at) + "</time>: " + html_escaped(v.why) +
                "</p>\n";
    }
    text += "</section>\n";
  }
  return text;
}

}  // namespace linchpin::cli
