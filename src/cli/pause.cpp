// linchpin pause, linchpin resume: what writes nothing until it is resumed. It is read and merged meanwhile.
#include <iostream>

#include "cli/ask_hub.hpp"

#include <CLI/CLI.hpp>

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

void add(CLI::App& app, int& status, const std::string& name, const std::string& about) {
  auto asked = std::make_shared<Asked>();
  auto* command = app.add_subcommand(name, about);
  add_where(*command, *asked);
  command->add_option("--system", asked->system, "one system");
  command->add_option("--flow", asked->flow, "one flow");
  command->add_option("--by", asked->by, "who says so (default: the user)");
  command->callback([asked, name, &status] {
    const Result<Json> answer = ask_hub(*asked, Json::object({{"command", name},
                                                              {"system", asked->system},
                                                              {"flow", asked->flow},
                                                              {"by", asked->by.empty() ? user() : asked->by}}));
    if (!answer) {
      status = failed(answer.error());
      return;
    }
    if (asked->json)
      std::cout << canonical(*answer) << "\n";
    else
      print((*answer)["paused"]);
  });
}

}  // namespace

void add_pause(CLI::App& app, int& status) {
  add(app, status, "pause",
      "Write nothing to a system, by a flow, or at all, until it is resumed. Example: linchpin pause my-hub --flow "
      "clients");
}

void add_resume(CLI::App& app, int& status) {
  add(app, status, "resume",
      "Write again; without a name all that is paused. Example: linchpin resume my-hub --flow clients");
}

}  // namespace linchpin::cli
