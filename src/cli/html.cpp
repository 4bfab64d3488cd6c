#include "cli/html.hpp"

namespace linchpin::cli {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --line: #767676; --soft: #f2f4f7; --ink: #1a1a1a; --paper: #fff; --link: #0b57d0 }
@media (prefers-color-scheme: dark) {
  :root { --line: #8a8a8a; --soft: #24272c; --ink: #ececec; --paper: #16181b; --link: #8ab4f8 }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 70rem; padding: 1rem }
a { color: var(--link) }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; list-style: none; padding: 0; margin: .5rem 0 }
.skip { position: absolute; left: -99rem }
.skip:focus { position: static }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }
thead th { background: var(--soft) }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: minmax(6rem, 10rem) 1fr; gap: .2rem 1rem; margin: .5rem 0 }
dt { font-weight: 600 }
dd { margin: 0 }
svg { min-width: 36rem; width: 100%; max-width: 60rem; height: auto }
svg .label { paint-order: stroke; stroke: var(--paper); stroke-width: 6px }
.note { border-left: 4px solid var(--link); padding: .3rem .8rem; background: var(--soft) }
.bad { border-left-color: #b3261e }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
@media print {
  body { max-width: none; font-size: 10pt; color: #000; background: #fff }
  nav, .skip { display: none }
  .wide { overflow: visible }
  section, tr { break-inside: avoid }
}
)";

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out.push_back(c);
  }
  return out;
}

std::string html_table(std::string_view caption, const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
  const std::string name = html_escaped(caption);
  std::string text = "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"" + name +
                     "\">\n<table>\n<caption>" + name + "</caption>\n<thead><tr>";
  for (const std::string& column : columns) text += "<th scope=\"col\">" + html_escaped(column) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>" : "<td>" + row[i] + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n</div>\n";
}

std::string html_page(std::string_view title, std::string_view site, const std::vector<HtmlLink>& around,
                      std::string_view here, std::string_view body) {
  const std::string name = html_escaped(title);
  std::string text =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      name + " - " + html_escaped(site) + "</title>\n<style>" + std::string(style) +
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n<header>\n<p>" +
      html_escaped(site) + "</p>\n<nav aria-label=\"Pages\"><ul>\n";
  for (const HtmlLink& link : around)
    text += "<li><a href=\"" + html_escaped(link.to) + "\"" + (link.to == here ? " aria-current=\"page\"" : "") + ">" +
            html_escaped(link.text) + "</a></li>\n";
  return text + "</ul></nav>\n</header>\n<main id=\"main\">\n<h1>" + name + "</h1>\n" + std::string(body) +
         "</main>\n</body>\n</html>\n";
}

}  // namespace linchpin::cli
