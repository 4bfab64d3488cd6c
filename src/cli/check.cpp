// linchpin check: every mistake of a hub folder, with its place and its remedy, and who may receive what.
#include <algorithm>
#include <iomanip>
#include <iostream>

#include "cli/command.hpp"
#include "cli/printable.hpp"
#include "model/hub.hpp"

namespace linchpin::cli {
namespace {

void print_disclosure(const std::vector<model::Disclosure>& rows) {
  if (rows.empty()) return;
  std::size_t system = 6, field = 5;
  for (const model::Disclosure& d : rows) {
    system = std::max(system, d.system.text.size());
    field = std::max(field, d.field.size());
  }
  const auto row = [&](std::string_view s, std::string_view f, std::string_view c, std::string_view country,
                       std::string_view purpose) {
    std::cout << std::left << std::setw(static_cast<int>(system) + 2) << s << std::setw(static_cast<int>(field) + 2)
              << f << std::setw(12) << c << std::setw(9) << country << purpose << "\n";
  };
  std::cout << "\nWho may receive what (declared fields; what people write into a free text is beyond this proof):\n";
  row("system", "field", "class", "country", "purpose");
  for (const model::Disclosure& d : rows) row(d.system.text, d.field, to_text(d.clazz), d.country, d.purpose);
}

int check(const Where& where) {
  const model::Checked checked = model::check(where.folder, where.environment);
  const auto mistakes = std::count_if(checked.findings.begin(), checked.findings.end(),
                                      [](const model::Finding& f) { return !f.warning; });
  const auto warnings = static_cast<std::ptrdiff_t>(checked.findings.size()) - mistakes;
  if (where.json) {
    std::cout << canonical(model::to_json(checked)) << "\n";
    return mistakes > 0 ? 2 : 0;
  }
  for (const model::Finding& f : checked.findings)
    std::cout << (f.warning ? "warning: " : "") << printable(to_text(f.error)) << "\n";
  if (mistakes == 0) {
    print_disclosure(checked.disclosure);
    std::cout << "\nNo mistakes" << (warnings > 0 ? ", " + std::to_string(warnings) + " to look at" : "") << ".\n";
    return 0;
  }
  std::cout << mistakes << (mistakes == 1 ? " mistake" : " mistakes") << ". Nothing was started.\n";
  return 2;
}

}  // namespace

void add_check(Command& program) {
  auto where = std::make_shared<Where>();
  Command command = program.command(
      "check", "Every mistake in a hub's files, and who may receive what. Example: linchpin check my-hub");
  add_where(command, *where);
  command.runs([where] { return check(*where); });
}

}  // namespace linchpin::cli
