#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>

namespace linchpin::cli {

void add_where(CLI::App& command, Where& where) {
  command.add_option("DIR", where.folder, "the hub's folder")->required()->check(CLI::ExistingDirectory);
  command.add_option("--env", where.environment, "the environment (the only one, or staging)");
  command.add_flag("--json", where.json, "for machines");
}

int failed(const Error& error) {
  std::cerr << "linchpin: " << to_text(error) << "\n";
  return exit_status(error.code);
}

void print_lines(const Json& items, bool json, const std::function<std::string(const Json&)>& line) {
  for (const Json& item : items.items()) std::cout << (json ? canonical(item) : line(item)) << "\n";
}

}  // namespace linchpin::cli
