// linchpin-sim, the program behind `linchpin sim`: the engine in a simulated world, with the defects of
// base/mutants.def that can be planted in it.
#include <iostream>

#include "base/mutant.hpp"
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  using namespace linchpin;
  CLI::App app{"The engine in a simulated world.", "linchpin sim"};
  bool list = false;
  app.add_flag("--mutants", list, "lists the defects that --mutant plants, and what each one breaks");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (list)
    for (const MutantSpec& m : mutants())
      std::cout << m.name << "  " << to_text(m.breaks) << "  seed " << m.seed << "  " << m.what << "\n";
  std::cout.flush();
  return 0;
}
