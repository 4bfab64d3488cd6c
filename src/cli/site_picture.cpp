// The map as a picture: who gives stands left, who gets right, and a line for each pair.
#include <algorithm>
#include <map>

#include "cli/site.hpp"

namespace linchpin::cli {
namespace {

constexpr int row = 64, box_width = 200, box_height = 40, left = 10, right = 590, width = 800, top = 20;

int middle(std::size_t index) { return top + static_cast<int>(index) * row + box_height / 2; }

std::string box(int x, std::size_t index, const std::string& name) {
  const std::string y = std::to_string(middle(index) - box_height / 2);
  // A name that is longer than its box is cut here, and whole in the table.
  std::string shown = name;
  if (shown.size() > 24) {
    std::size_t end = 22;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80) --end;
    shown = shown.substr(0, end) + "…";
  }
  return "<rect x=\"" + std::to_string(x) + "\" y=\"" + y + "\" width=\"" + std::to_string(box_width) + "\" height=\"" +
         std::to_string(box_height) + "\" rx=\"6\" fill=\"none\" stroke=\"currentColor\"/>\n<text x=\"" +
         std::to_string(x + box_width / 2) + "\" y=\"" + std::to_string(middle(index) + 5) +
         "\" text-anchor=\"middle\">" + html_escaped(shown) + "</text>\n";
}

struct Line {
  std::size_t from = 0, to = 0;
  std::size_t fields = 0;
  bool by_hand = false;
};

std::string drawn(const Line& line) {
  return "<line x1=\"" + std::to_string(left + box_width) + "\" y1=\"" + std::to_string(middle(line.from)) +
         "\" x2=\"" + std::to_string(right - 8) + "\" y2=\"" + std::to_string(middle(line.to)) +
         "\" stroke=\"currentColor\"" + (line.by_hand ? " stroke-dasharray=\"6 5\"" : "") +
         " marker-end=\"url(#tip)\"/>\n";
}

// How many fields, along the line, so that those of one giver do not cover each other.
std::string label(const Line& line, int turn, int turns) {
  if (line.fields == 0) return "";
  const int x1 = left + box_width, y1 = middle(line.from), part = 100 * (turn + 1) / (turns + 1);
  const int x = x1 + (right - x1) * part / 100, y = y1 + (middle(line.to) - y1) * part / 100;
  return "<text class=\"label\" x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y + 4) +
         "\" text-anchor=\"middle\" font-size=\"13\">" + std::to_string(line.fields) +
         (line.fields == 1 ? " field" : " fields") + "</text>\n";
}

std::size_t place_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

}  // namespace

std::string picture(const std::vector<model::Gives>& gives) {
  if (gives.empty()) return "<p>No flow moves anything.</p>\n";
  std::vector<std::string> from, to;
  for (const model::Gives& g : gives) {
    place_of(from, g.from);
    place_of(to, g.to);
  }
  std::ranges::sort(from);
  std::ranges::sort(to);
  std::map<std::tuple<std::size_t, std::size_t, bool>, Line> lines;  // several entities are one line
  std::string told;
  for (const model::Gives& g : gives) {
    const std::size_t a = place_of(from, g.from), b = place_of(to, g.to);
    Line& line = lines[{a, b, g.by_hand}];
    line = {a, b, line.fields + g.fields.size(), g.by_hand};
    told += g.from + " gives " + g.to + " " + std::to_string(g.fields.size()) +
            (g.fields.size() == 1 ? " field" : " fields") + (g.by_hand ? " by hand" : " of " + g.entity.text) + ". ";
  }
  const int height = middle(std::max(from.size(), to.size()) - 1) + box_height / 2 + top;
  std::string text =
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Picture of who gives what to whom\">\n"
      "<svg viewBox=\"0 0 " +
      std::to_string(width) + " " + std::to_string(height) +
      "\" role=\"img\" aria-labelledby=\"map-title map-told\" fill=\"currentColor\" font-family=\"sans-serif\""
      " font-size=\"15\">\n<title id=\"map-title\">Which system gives what to which</title>\n"
      "<desc id=\"map-told\">" +
      html_escaped(told) +
      "</desc>\n<defs><marker id=\"tip\" markerWidth=\"10\" markerHeight=\"8\" refX=\"2\" refY=\"4\" "
      "orient=\"auto\"><path d=\"M0 0 L10 4 L0 8 Z\"/></marker></defs>\n";
  std::map<std::size_t, int> turns, turn;
  for (const auto& [key, line] : lines) ++turns[line.from];
  for (const auto& [key, line] : lines) text += drawn(line);
  for (const auto& [key, line] : lines) text += label(line, turn[line.from]++, turns[line.from]);
  for (std::size_t i = 0; i < from.size(); ++i) text += box(left, i, from[i]);
  for (std::size_t i = 0; i < to.size(); ++i) text += box(right, i, to[i]);
  return text + "</svg>\n</div>\n";
}

}  // namespace linchpin::cli
