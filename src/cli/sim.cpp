// linchpin sim: runs linchpin-sim, which lies beside this program and holds the engine with the switches of its
// mutants.
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "cli/command.hpp"

namespace linchpin::cli {

void add_sim(Command& program) {
  Command command = program.command(
      "sim", "The engine in a simulated world, from seeds. Example: linchpin sim --seeds 1..100 (--help lists all)");
  command.runs_with_words([](std::vector<std::string> words) -> Result<int> {
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string simulator = (self.parent_path() / "linchpin-sim").string();
    std::vector<char*> arguments{const_cast<char*>(simulator.c_str())};
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(simulator.c_str(), arguments.data());
    return fail(Code::NotFound, "the simulator is not beside this program: " + simulator,
                "`./dev build` makes both; `ninja linchpin-sim` makes it alone.");
  });
}

}  // namespace linchpin::cli
