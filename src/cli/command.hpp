// The shape of a command, which adds itself to the program. Exit status: 0 done, 1 done and found
// something, 2 a mistake of the user's, 3 a failure of the world.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"

namespace linchpin::cli {

// Options that many commands take.
struct Where {
  std::string folder;       // DIR
  std::string environment;  // --env
  bool json = false;        // --json
};
void add_where(Command& command, Where&);

// Who runs the program.
std::string user();
// Prints an error as `linchpin: …` and gives its exit status.
int failed(const Error&);
// The next line that is not blank, of at most 16 MiB (as much JSON as is read); false when there is none.
Result<bool> next_line(std::istream& lines, std::string& line);
// Prints a list for people (a line each, made by `line` of what is printable) or as JSON lines.
void print_lines(const Json& items, bool json, const std::function<std::string(const Json&)>& line);

// A review or a dead letter, for people.
std::string line_of(const Json& item);

void add_init(Command& program);
void add_check(Command& program);
void add_docs(Command& program);
void add_discover(Command& program);
void add_connect(Command& program);
void add_run(Command& program);
void add_plan(Command& program);
void add_apply(Command& program);
void add_revert(Command& program);
void add_pause(Command& program);
void add_resume(Command& program);
void add_sync(Command& program);
void add_reconcile(Command& program);
void add_map(Command& program);
void add_transform(Command& program);
void add_match(Command& program);
void add_explain(Command& program);
void add_pin(Command& program);
void add_dead_letters(Command& program);
void add_review(Command& program);
void add_app(Command& program);
void add_audit(Command& program);
void add_sandbox(Command& program);
void add_sim(Command& program);
void add_bench(Command& program);

}  // namespace linchpin::cli
