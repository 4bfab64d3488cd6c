#include "cli/command.hpp"

#include <unistd.h>

#include <functional>
#include <iostream>

#include "cli/json_line.hpp"
#include "cli/printable.hpp"

namespace linchpin::cli {

void add_where(Command& command, Where& where) {
  command.option("DIR", where.folder, "the hub's folder").required().existing_folder();
  command.option("--env", where.environment, "the environment (the only one, or staging)");
  command.flag("--json", where.json, "for machines");
}

std::string user() {
  const char* name = std::getenv("USER");
  return name && *name ? name : "uid " + std::to_string(::getuid());
}

int failed(const Error& error) {
  std::cerr << "linchpin: " << printable(to_text(error)) << "\n";
  return exit_status(error.code);
}

Result<bool> next_line(std::istream& lines, std::string& line) {
  constexpr std::size_t bytes_most = 16u << 20;
  std::streambuf& bytes = *lines.rdbuf();
  for (line.clear();;) {
    const int byte = bytes.sbumpc();
    if (byte == '\n' || byte == std::char_traits<char>::eof()) {
      if (line.find_first_not_of(" \t\r") != std::string::npos) return true;
      if (byte != '\n') return false;
      line.clear();
      continue;
    }
    if (line.size() == bytes_most)
      return fail(Code::InvalidArgument, "a line is longer than 16 MiB", "Give one JSON document on each line.");
    line.push_back(static_cast<char>(byte));
  }
}

void print_lines(const Json& items, bool json, const std::function<std::string(const Json&)>& line) {
  for (const Json& item : items.items()) std::cout << (json ? json_line(item) : line(printable_answer(item))) << "\n";
}

}  // namespace linchpin::cli
