#include "cli/plan_page.hpp"

#include "cli/html.hpp"
#include "cli/near_list.hpp"
#include "cli/plan_text.hpp"
#include "cli/planned.hpp"

namespace linchpin::cli {
namespace {

std::string shown(const Json& value) {
  return html_escaped(value.is_null() ? "" : value.is_text() ? value.text() : canonical(value));
}

std::string row(std::initializer_list<std::string> cells, std::string_view cell = "td") {
  std::string text = "<tr>";
  for (const std::string& one : cells) text += "<" + std::string(cell) + ">" + one + "</" + std::string(cell) + ">";
  return text + "</tr>\n";
}

std::string systems(const Json& plan) {
  std::string text =
      "<table>\n" +
      row({"system", "linked", "creates", "updates", "deletes", "waits", "differs", "reviews", "calls", "hours"}, "th");
  for (const Json& s : plan["systems"].items())
    text += row({shown(s["system"]), s["linked"].number_text(), s["creates"].number_text(), s["updates"].number_text(),
                 s["deletes"].number_text(), s["waits"].number_text(), s["differs"].number_text(),
                 s["reviews"].number_text(), s["calls"].number_text(), s["hours"].number_text()});
  return text + "</table>\n";
}

std::string changes(const Json& plan) {
  std::string text = "<table>\n" + row({"file", "what", "now", "then"}, "th");
  for (const Json& c : plan["changes"].items())
    text += row({shown(c["file"]), shown(c["path"]), shown(c["before"]), shown(c["after"])});
  return text + "</table>\n";
}

std::string letters(const Json& plan) {
  const std::string sentence = letters_sentence(plan);
  if (sentence.empty()) return "";
  std::string text = "<p>" + html_escaped(sentence) + "</p>\n<table>\n" +
                     row({"system", "record", "field", "", "why", "where it is mapped"}, "th");
  for (const Json& l : plan["dead_letters"].items())
    text += row({shown(l["system"]), l["record"].text().empty() ? "<i>new</i>" : shown(l["record"]), shown(l["field"]),
                 l["direction"].text() == "in" ? "cannot be read" : "cannot be written", shown(l["message"]),
                 shown(l["place"])});
  return text + "</table>\n";
}

std::string writes(const Json& plan) {
  std::string text = "<table>\n" + row({"system", "record", "field", "now", "then", "whose value", "by"}, "th");
  for (const Json& w : plan["writes"].items()) {
    const bool hidden = w["hidden"].boolean();
    const std::string instead = "<i>" + shown(w["class"]) + "</i>";
    text += row({shown(w["system"]), w["record"].text().empty() ? "<i>new</i>" : shown(w["record"]), shown(w["field"]),
                 hidden ? instead : shown(w["before"]), hidden ? instead : shown(w["after"]), shown(w["wins"]),
                 shown(w["rule"])});
  }
  text += "</table>\n";
  if (const auto left_out = plan["writes_left_out"].integer().value_or(0); left_out > 0)
    text += "<p>And " + std::to_string(left_out) + " more, which are counted above.</p>\n";
  return text;
}

}  // namespace

std::string plan_page(const Json& plan, const std::string& near_file) {
  const std::string near = near_sentence(plan, near_file);
  const std::string open = unanswered_text(plan["unanswered"], "DIR");
  return "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Plan</title>\n"
         "<style>body{font:15px sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
         "td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}</style>\n"
         "<h1>What these files would do</h1>\n<p>plan <code>" +
         shown(plan["hash"]) + "</code></p>\n" + systems(plan) +
         (open.empty() ? "" : "<p>" + html_escaped(open) + "</p>\n") +
         (near.empty() ? "" : "<p>" + html_escaped(near) + "</p>\n") + letters(plan) +
         "<h2>What changes in the files</h2>\n" + changes(plan) + "<h2>What would be written</h2>\n" + writes(plan);
}

}  // namespace linchpin::cli
