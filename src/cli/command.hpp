// The shape of a command: one file each, which adds itself to the program. Exit status: 0 done, 1 done and found
// something, 2 a mistake of the user's, 3 a failure of the world.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace CLI {
class App;
}

namespace linchpin::cli {

// Options that many commands take.
struct Where {
  std::string folder;       // DIR
  std::string environment;  // --env
  bool json = false;        // --json
};
void add_where(CLI::App& command, Where&);

// Who runs the program.
std::string user();
// Prints an error as `linchpin: …` and gives its exit status.
int failed(const Error&);
// The next line that is not blank, of at most 16 MiB (as much JSON as is read); false when there is none.
Result<bool> next_line(std::istream& lines, std::string& line);
// Prints a list for people (a line each, made by `line`) or as JSON lines.
void print_lines(const Json& items, bool json, const std::function<std::string(const Json&)>& line);

void add_init(CLI::App&, int& status);
void add_check(CLI::App&, int& status);
void add_connect(CLI::App&, int& status);
void add_run(CLI::App&, int& status);
void add_plan(CLI::App&, int& status);
void add_apply(CLI::App&, int& status);
void add_pause(CLI::App&, int& status);
void add_resume(CLI::App&, int& status);
void add_sync(CLI::App&, int& status);
void add_map(CLI::App&, int& status);
void add_transform(CLI::App&, int& status);
void add_match(CLI::App&, int& status);
void add_explain(CLI::App&, int& status);
void add_dead_letters(CLI::App&, int& status);
void add_review(CLI::App&, int& status);
void add_app(CLI::App&, int& status);
void add_audit(CLI::App&, int& status);
void add_sandbox(CLI::App&, int& status);
void add_sim(CLI::App&, int& status);
void add_bench(CLI::App&, int& status);

}  // namespace linchpin::cli
