#include "cli/plan_text.hpp"

#include <iomanip>
#include <iostream>

#include "cli/printable.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t printed_most = 40;  // writes
constexpr std::size_t letters_most = 10;  // dead letters

std::string text_of(const Json& write, std::string_view side) {
  if (write["hidden"].boolean()) return "(" + write["class"].text() + ")";
  const Json& value = write[side];
  return value.is_null() ? "nothing" : in_line(value);
}

}  // namespace

void print_systems(const Json& systems) {
  const auto row = [](auto&&... cells) {
    int column = 0;
    ((std::cout << (column++ < 1 ? std::left : std::right) << std::setw(column <= 1 ? 14 : 10) << cells), ...);
    std::cout << "\n";
  };
  std::cout << "\n";
  row("system", "linked", "creates", "updates", "deletes", "waits", "differs", "reviews", "calls", "hours");
  for (const Json& s : systems.items())
    row(s["system"].text(), s["linked"].number_text(), s["creates"].number_text(), s["updates"].number_text(),
        s["deletes"].number_text(), s["waits"].number_text(), s["differs"].number_text(), s["reviews"].number_text(),
        s["calls"].number_text(), s["hours"].number_text());
}

std::string letters_sentence(const Json& plan) {
  std::int64_t all = 0;
  for (const Json& s : plan["systems"].items()) all += s["dead_letters"].integer().value_or(0);
  if (all == 0) return "";
  return all == 1 ? "1 value does not fit what these files say, and would wait as a dead letter:"
                  : std::to_string(all) + " values do not fit what these files say, and would wait as dead letters:";
}

void print_letters(const Json& plan) {
  const std::string sentence = letters_sentence(plan);
  if (sentence.empty()) return;
  std::cout << "\n" << sentence << "\n";
  const Json::List& letters = plan["dead_letters"].items();
  for (std::size_t i = 0; i < letters.size() && i < letters_most; ++i) {
    const Json& l = letters[i];
    std::cout << l["system"].text() << ":" << (l["record"].text().empty() ? "new" : l["record"].text()) << "  "
              << l["field"].text() << "  " << (l["direction"].text() == "in" ? "cannot be read" : "cannot be written")
              << "  " << l["code"].text() << ": " << l["message"].text() << "  " << l["place"].text() << "\n";
  }
  if (letters.size() > letters_most) std::cout << "… and more: --json or --html lists the first of them.\n";
}

void print_writes(const Json& plan) {
  const Json::List& writes = plan["writes"].items();
  if (!writes.empty()) std::cout << "\n";
  for (std::size_t i = 0; i < writes.size() && i < printed_most; ++i) {
    const Json& w = writes[i];
    std::cout << w["system"].text() << ":" << (w["record"].text().empty() ? "new" : w["record"].text()) << "  "
              << w["field"].text() << "  " << text_of(w, "before") << " -> " << text_of(w, "after");
    if (!w["wins"].text().empty()) std::cout << "  (" << w["wins"].text() << " wins, by " << w["rule"].text() << ")";
    std::cout << "\n";
  }
  if (writes.size() > printed_most)
    std::cout << "… and " << writes.size() - printed_most << " more: --json or --html lists them.\n";
}

}  // namespace linchpin::cli
