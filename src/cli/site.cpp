#include "cli/site.hpp"

namespace linchpin::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string paragraph(std::string_view text, std::string_view kind = "") {
  const std::string open = kind.empty() ? "<p>" : "<p class=\"" + std::string(kind) + "\">";
  return open + html_escaped(text) + "</p>\n";
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string gives_table(const Documented& d) {
  Rows rows;
  for (const model::Gives& g : d.gives) {
    std::vector<std::string> flows;
    for (const FlowName& flow : g.flows) flows.push_back(flow.text);
    rows.push_back({html_escaped(g.from), html_escaped(g.to), html_escaped(g.by_hand ? "by hand" : g.entity.text),
                    html_escaped(listed(g.fields)), html_escaped(listed(flows)), g.regulated ? "yes" : "no"});
  }
  return html_table("Who gives what to whom", {"from", "to", "entity", "fields", "flows", "regulated"}, rows);
}

std::string model_in_words(const Discovered* read) {
  if (read == nullptr) return "not read yet";
  std::size_t mistakes = 0;
  for (const model::ModelFinding& f : read->side.findings) mistakes += f.mistake() ? 1 : 0;
  const std::string when = "read <time>" + html_escaped(read->side.model.read_at) + "</time>";
  if (mistakes == 0) return when;
  return when + "; <strong>" + std::to_string(mistakes) + (mistakes == 1 ? " entry" : " entries") +
         " of the mappings cannot work</strong>";
}

std::string systems_table(const Documented& d) {
  Rows rows;
  for (const auto& [name, system] : d.hub->systems) {
    std::string holds(to_text(system.ceiling));
    for (const std::string& field : system.restricted_fields) holds += ", " + field;
    rows.push_back({link_to("system", name.text), html_escaped(system.connector->title), html_escaped(holds),
                    html_escaped(system.purpose), html_escaped(system.country), model_in_words(d.discovered(name))});
  }
  return html_table("Systems", {"system", "application", "may hold, at most", "purpose", "country", "its data model"},
                    rows);
}

std::string entities_list(const Documented& d) {
  std::string text = "<ul>\n";
  for (const auto& [name, entity] : d.hub->entities)
    text += "<li>" + link_to("entity", name.text) + ": " + std::to_string(entity.fields.size()) + " fields</li>\n";
  return text + "</ul>\n";
}

std::string regulated_table(const Documented& d) {
  Rows rows;
  for (const RegulatedPath& path : regulated_paths(d))
    rows.push_back({code(path.entity.text + "." + path.field.text), html_escaped(listed(path.from)),
                    html_escaped(path.to.empty() ? "nowhere" : listed(path.to))});
  if (rows.empty()) return paragraph("No field is regulated.");
  return html_table("Regulated fields", {"field", "comes from", "is written to"}, rows);
}

std::string unreasoned(const Documented& d) {
  Rows rows;
  for (const model::Decision& one : d.decisions)
    if (one.wants_reason && one.why.empty())
      rows.push_back({link_to("mapping", one.mapping.text), html_escaped(one.field.empty() ? one.what : one.field.text),
                      code(one.place.file + ":" + std::to_string(one.place.line))});
  if (rows.empty()) return "";
  return "<section>\n<h2>Decisions without a reason</h2>\n" +
         html_table("Decisions that do not say why", {"mapping", "decision", "where"}, rows) + "</section>\n";
}

std::string overview(const Documented& d) {
  std::string text =
      paragraph("What " + d.hub->name + " keeps in agreement, and why so. Environment: " + d.hub->environment.name +
                ". Values of records are in none of these pages.");
  if (!d.known.note.empty()) text += paragraph(d.known.note, "note");
  if (!d.known.versions.empty() && d.known.versions.front().number == 0)
    text +=
        "<p class=\"note\">These pages are of the folder's files, and the version that runs says something else: "
        "<a href=\"history.html\">what is not applied</a>.</p>\n";
  text += "<section>\n<h2>Which system gives what to which</h2>\n" + picture(d.gives) + gives_table(d) +
          "</section>\n<section>\n<h2>Systems</h2>\n" + systems_table(d) +
          "</section>\n<section>\n<h2>Entities</h2>\n" + entities_list(d) +
          "</section>\n<section>\n<h2>What is regulated</h2>\n" + regulated_table(d) + "</section>\n" + unreasoned(d) +
          "<section>\n<h2>The same for machines</h2>\n" +
          "<p><a href=\"registry.csv\">registry.csv</a> has a row for each decision; <a href=\"registry.json\">"
          "registry.json</a> has all that these pages say.</p>\n</section>\n";
  return text;
}

std::string flows_body(const Documented& d) {
  Rows rows;
  for (const auto& [name, flow] : d.hub->flows)
    rows.push_back({html_escaped(name.text), std::string(kind_of(flow)), html_escaped(flow_in_words(flow)),
                    flow.kind == model::Flow::Kind::Manual ? "nothing moves it" : std::string(to_text(flow.mode)),
                    flow.regulated ? "yes" : "no", html_escaped(flow.why)});
  return html_table("Flows", {"flow", "kind", "what it does", "mode", "regulated", "why"}, rows) +
         paragraph(
             "A flow of the kind \"by hand\" moves nothing: it is what people still carry, so that the map is whole.");
}

std::string mappings_body(const Documented& d) {
  Rows rows;
  for (const model::Decision& one : d.decisions)
    rows.push_back({link_to("mapping", one.mapping.text),
                    html_escaped(one.field.empty() ? "(" + one.what + ")" : one.field.text), code(one.path),
                    code(one.transform), html_escaped(one.direction), html_escaped(one.why)});
  return paragraph(
             "Every entry by which a field of the hub is a field of a system. An entry without a transform copies "
             "the field, in its own type's form.") +
         html_table("The mapping registry", {"mapping", "field", "path in the system", "transform", "direction", "why"},
                    rows);
}

std::string history_body(const Documented& d) {
  if (d.known.versions.empty()) return paragraph(d.known.note);
  std::string text = paragraph("Every version of the hub's files that was applied, the latest first.");
  for (const model::Version& v : d.known.versions) {
    text += "<section>\n<h2>" + html_escaped(version_name(v)) + "</h2>\n";
    if (v.number > 0)
      text += "<dl><dt>by</dt><dd>" + html_escaped(v.by) + "</dd><dt>at</dt><dd><time>" + html_escaped(v.at) +
              "</time></dd><dt>why</dt><dd>" + html_escaped(v.why) + "</dd></dl>\n";
    text += changes_table("What changed: " + version_name(v), told_changes(v), true) + "</section>\n";
  }
  return text;
}

}  // namespace

std::string page_file(std::string_view kind, std::string_view name) {
  std::string file = std::string(kind) + "-";
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    file += plain ? std::string(1, c) : std::string{'~', hex[byte >> 4], hex[byte & 15]};
  }
  return file + ".html";
}

std::string link_to(std::string_view kind, std::string_view name) {
  return "<a href=\"" + html_escaped(page_file(kind, name)) + "\">" + html_escaped(name) + "</a>";
}

std::string code(std::string_view text) { return text.empty() ? "" : "<code>" + html_escaped(text) + "</code>"; }

std::string version_name(const model::Version& v) {
  return v.number == 0 ? "Not applied yet" : "Version " + std::to_string(v.number);
}

std::vector<SitePage> site(const Documented& d) {
  const std::vector<HtmlLink> around{
      {"index.html", "Overview"}, {"mappings.html", "Mappings"}, {"flows.html", "Flows"}, {"history.html", "History"}};
  std::vector<SitePage> pages;
  const auto add = [&](const std::string& file, const std::string& title, const std::string& body) {
    pages.push_back({file, html_page(title, d.hub->name, around, file, body)});
  };
  add("index.html", "What maps to what", overview(d));
  add("mappings.html", "Mappings", mappings_body(d));
  add("flows.html", "Flows", flows_body(d));
  add("history.html", "History", history_body(d));
  for (const auto& [name, mapping] : d.hub->mappings)
    add(page_file("mapping", name.text), "Mapping " + name.text, mapping_body(d, mapping));
  for (const auto& [name, system] : d.hub->systems)
    add(page_file("system", name.text), "System " + name.text, system_body(d, system));
  for (const auto& [name, entity] : d.hub->entities)
    add(page_file("entity", name.text), "Entity " + name.text, entity_body(d, entity));
  return pages;
}

}  // namespace linchpin::cli
