// linchpin sim: runs linchpin-sim, which lies beside this program and holds the engine with the switches of its
// mutants.
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace linchpin::cli {

void add_sim(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "sim", "The engine in a simulated world, from seeds. Example: linchpin sim --seeds 1..100 (--help lists all)");
  command->prefix_command();
  command->set_help_flag();
  command->callback([command, &status] {
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string program = (self.parent_path() / "linchpin-sim").string();
    std::vector<std::string> words = command->remaining();
    std::vector<char*> arguments{const_cast<char*>(program.c_str())};
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(program.c_str(), arguments.data());
    status = failed({Code::NotFound,
                     "the simulator is not beside this program: " + program,
                     {},
                     "`./dev build` makes both; `ninja linchpin-sim` makes it alone."});
  });
}

}  // namespace linchpin::cli
