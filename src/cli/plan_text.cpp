#include "cli/plan_text.hpp"

#include <iomanip>
#include <iostream>

namespace linchpin::cli {
namespace {

constexpr std::size_t printed_most = 40;  // writes

std::string text_of(const Json& write, std::string_view side) {
  if (write["hidden"].boolean()) return "(" + write["class"].text() + ")";
  const Json& value = write[side];
  return value.is_null() ? "nothing" : value.is_text() ? value.text() : canonical(value);
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
