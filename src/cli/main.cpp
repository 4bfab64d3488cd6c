// The program: its commands, each in a file of its own.
#include <malloc.h>

#include <iostream>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "model/nearest.hpp"
#include "vault/process.hpp"

#include <CLI/CLI.hpp>

namespace {

using namespace linchpin;

// glibc gives each thread a heap of its own, up to eight for each processor, and each keeps what its thread has freed.
// The hub's threads mostly wait: two heaps are enough, and half the memory.
void bound_heaps() { ::mallopt(M_ARENA_MAX, 2); }

// The first word that is no command: CLI11 would only say that one is due.
std::optional<Error> unknown_command(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty()) return std::nullopt;
  const bool option = words[0].starts_with('-');
  std::vector<std::string> names;
  if (option) names = {"--help", "--version"};
  for (const CLI::App* command : app.get_subcommands({})) names.push_back((option ? "--" : "") + command->get_name());
  std::string near = model::nearest(words[0], names);
  if (option && near != "--help" && near != "--version") near = near.substr(std::min<std::size_t>(near.size(), 2));
  return Error{Code::InvalidArgument,
               (option ? "there is no option " : "there is no command ") + words[0],
               {},
               near.empty() ? "`linchpin --help` lists the commands." : "Did you mean `linchpin " + near + "`?"};
}

}  // namespace

int main(int argc, char** argv) {
  bound_heaps();
  if (const Result<void> guarded = vault::guard_process(); !guarded)
    log::warn("the process's memory is not guarded", {{"error", guarded.error()}});
  CLI::App app{"Keeps a firm's systems in agreement with one golden record.", "linchpin"};
  app.require_subcommand(1);
  app.set_version_flag("--version", LINCHPIN_VERSION);
  int status = 0;
  cli::add_init(app, status);
  cli::add_check(app, status);
  cli::add_connect(app, status);
  cli::add_run(app, status);
  cli::add_plan(app, status);
  cli::add_apply(app, status);
  cli::add_pause(app, status);
  cli::add_resume(app, status);
  cli::add_sync(app, status);
  cli::add_map(app, status);
  cli::add_transform(app, status);
  cli::add_match(app, status);
  cli::add_explain(app, status);
  cli::add_dead_letters(app, status);
  cli::add_review(app, status);
  cli::add_app(app, status);
  cli::add_audit(app, status);
  cli::add_sandbox(app, status);
  cli::add_sim(app, status);
  cli::add_bench(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::optional<Error> unknown = error.get_exit_code() == 0 ? std::nullopt : unknown_command(app);
    if (unknown) return cli::failed(*unknown);
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::cout.flush();
  return status;
}
