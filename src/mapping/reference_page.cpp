// The reference of the transforms for people: a table, and the page docs/guide/transforms.md.
#include <algorithm>
#include <cstdio>

#include "mapping/reference.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

// What would not be seen on the page, as JSON escapes it.
std::string visible(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    if (c < 0x10000 && c != U' ' && (is_space(c) || is_invisible(c))) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out.append(text, begin, at - begin);
    }
  }
  return out;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}
std::string code(const std::string& text) { return text.empty() ? "" : "`" + cell(text) + "`"; }
std::string code(const Json& value) { return code(visible(canonical(value))); }

std::string row(std::initializer_list<std::string> cells) {
  std::string out = "|";
  for (const std::string& one : cells) out += " " + one + (one.empty() ? "|" : " |");
  return out + "\n";
}

std::string outcome(const Json& run) {
  const Json* error = run.find("error");
  return error ? code((*error)["category"].text()) + ": " + cell((*error)["message"].text()) : code(run["output"]);
}

std::string goes(const Json& transform) {
  const std::string& direction = transform["direction"].text();
  if (direction.empty()) return "not in a mapping";
  return direction == "both" ? "both ways" : direction;
}

std::string options_part(const Json& transform) {
  if (transform["options"].items().empty()) return "It takes no options.\n\n";
  std::string out = "| option | what | unless it is given |\n| --- | --- | --- |\n";
  for (const Json& option : transform["options"].items()) {
    std::string choices;
    for (const Json& choice : option["choices"].items())
      choices += (choices.empty() ? ": " : ", ") + code(choice.text());
    const std::string& where = option["where"].text();
    const std::string only = where == "everywhere" ? ""
                             : where == "mapping"  ? " (in a mapping)"
                                                   : " (" + code(where) + ")";
    const std::string& otherwise = option["otherwise"].text();
    const auto& its = option["choices"].items();
    const bool choice = std::find(its.begin(), its.end(), option["otherwise"]) != its.end();
    out += row({code(option["name"].text()) + only, cell(option["what"].text()) + choices,
                otherwise.empty() ? "it must be"
                : choice          ? code(otherwise)
                                  : cell(otherwise)});
  }
  return out + "\n";
}

std::string form_line(const Json& form) {
  std::string out = "- " + code("as: " + form["as"].text()) + " goes ";
  const std::string& direction = form["direction"].text();
  if (form["inverse"].boolean())
    out += "both ways";
  else if (direction == "in or out")
    out += "in or out, not both: it has no inverse";
  else
    out += direction + " only: it has no inverse";
  if (const Json* read = form.find("read")) out += ". Reads " + code((*read)["input"]) + " as " + outcome(*read);
  if (const Json* written = form.find("written")) {
    out += form.find("read") ? ", and writes that" : ". Writes " + code((*written)["input"]);
    out += " as " + outcome(*written);
  }
  return out + ".\n";
}

std::string section(const Json& transform) {
  std::string out = "## " + transform["name"].text() + "\n\n" + transform["what"].text() + "\n\n";
  out += options_part(transform);
  if (transform["forms"].items().empty()) out += "No mapping names it.\n";
  for (const Json& form : transform["forms"].items()) out += form_line(form);
  std::string fields;
  for (const Json& field : transform["fields"].items()) fields += (fields.empty() ? "" : ", ") + code(field.text());
  if (!fields.empty()) out += "- Fits fields of these types: " + fields + ".\n";
  out += "\n| input | options | gives |\n| --- | --- | --- |\n";
  for (const Json& example : transform["examples"].items())
    out += row({code(example["input"]), example["options"].members().empty() ? "" : code(example["options"]),
                outcome(example)});
  std::string errors;
  for (const Json& error : transform["errors"].items())
    errors += (errors.empty() ? "" : ", ") + code(error["category"].text());
  return errors.empty() ? out : out + "\nIts errors: " + errors + ".\n";
}

constexpr const char* head = R"(# Transforms

Made by `./dev docs`, that is `linchpin transform --list --markdown`: every outcome on this page is what the program
gave when it was made. [Expressions and transforms](expressions-and-transforms.md) says how a mapping uses them.

- **In** is from a system to the hub, **out** from the hub to a system. What goes both ways has itself as its inverse:
  what it writes it reads back as the same. What has no inverse needs `direction: in` or `direction: out`.
- In a mapping nothing gives nothing: `null` and, in all but texts, a blank one are no value, and no error.
- [Errors](../errors.md) are of a value. A mistake in the options is one of the mapping, and `linchpin check` says it:
  what must be given and is not (`key_required`), another choice (`choice_unknown`), another option (`key_unknown`).
- Each says which types of fields it fits, as it stands first there; `check` refuses another (`type_wrong`). What it
  makes is then read as the field's type reads it: `text.clean` in a date's field gives a date, or a dead letter.
- An example is tried with `linchpin transform NAME --options '…'`, its input as a line `{"input":…}`.
)";

std::string anchor(const std::string& name) {
  std::string out = name;
  std::erase(out, '.');
  return "#" + out;
}

}  // namespace

std::string reference_table(const Json& reference) {
  std::string out;
  for (const Json& transform : reference["transforms"].items()) {
    std::string name = transform["name"].text(), direction = goes(transform);
    name.resize(std::max<std::size_t>(name.size(), 18), ' ');
    direction.resize(std::max<std::size_t>(direction.size(), 18), ' ');
    out += name + direction + transform["what"].text() + "\n";
  }
  return out;
}

std::string reference_page(const Json& reference) {
  const auto& transforms = reference["transforms"].items();
  if (transforms.size() == 1) return section(transforms.front());
  std::string out = head;
  out += "- The line with `as:` is what a mapping does in a firm whose `region:` is " +
         code(reference["region"].text()) + " and whose `time_zone:` is " + code(reference["zone"].text()) + ".\n\n";
  out += "| transform | goes | what it does |\n| --- | --- | --- |\n";
  for (const Json& transform : transforms) {
    const std::string& name = transform["name"].text();
    out += row({"[" + code(name) + "](" + anchor(name) + ")", goes(transform), cell(transform["what"].text())});
  }
  for (const Json& transform : transforms) out += "\n" + section(transform);
  return out;
}

}  // namespace linchpin::mapping
