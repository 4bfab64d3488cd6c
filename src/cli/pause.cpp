// linchpin pause, linchpin resume: what writes nothing until it is resumed. It is read and merged meanwhile.
#include <iostream>

#include "cli/ask_hub.hpp"
#include "cli/printable.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string system, flow, by;
};

void print(const Json& paused) {
  if (paused.items().empty()) std::cout << "Nothing is paused.\n";
  for (const Json& one : paused.items()) {
    const std::string flow = one["flow"].text(), system = one["system"].text();
    std::cout << "paused: "
              << (!flow.empty()     ? "flow " + flow
                  : !system.empty() ? "system " + system
                                    : "everything")
              << ", by " << one["by"].text() << " since " << one["at"].text() << "\n";
  }
}

void add(Command& program, const std::string& name, const std::string& about) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(name, about);
  add_where(command, *asked);
  command.option("--system", asked->system, "one system");
  command.option("--flow", asked->flow, "one flow");
  command.option("--by", asked->by, "who says so (default: the user)");
  command.runs([asked, name]() -> Result<int> {
    const Json answer = TRY(ask_hub(*asked, Json::object({{"command", name},
                                                          {"system", asked->system},
                                                          {"flow", asked->flow},
                                                          {"by", asked->by.empty() ? user() : asked->by}})));
    if (asked->json)
      std::cout << canonical(answer) << "\n";
    else
      print(printable_answer(answer["paused"]));
    return 0;
  });
}

}  // namespace

void add_pause(Command& program) {
  add(program, "pause",
      "Write nothing to a system, by a flow, or at all, until it is resumed. Example: linchpin pause my-hub --flow "
      "clients");
}

void add_resume(Command& program) {
  add(program, "resume",
      "Write again; without a name all that is paused. Example: linchpin resume my-hub --flow clients");
}

}  // namespace linchpin::cli
