// linchpin plan: what the folder would do against what runs, on real data. Of a hub that runs it is asked; where none
// runs, the systems are read and linked first, as the hub would, and nothing is written to any of them.
#include <csignal>
#include <iostream>

#include "cli/ask_hub.hpp"
#include "cli/near_list.hpp"
#include "cli/plan_page.hpp"
#include "cli/plan_text.hpp"
#include "cli/planned.hpp"
#include "cli/printable.hpp"
#include "cli/private_file.hpp"
#include "cli/settle.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string page, near;
  std::string patience = "1 minute";
  bool personal = false;
};

Result<Json> plan_on_store(const Asked& asked, const Json& command) {
  OpenHub hub = TRY(open_hub(asked));
  if (!hub.may_change()) return hub.standing_by();
  return read_and_ask(hub, asked.patience, command);
}

void print_changes(const Json& changes) {
  if (changes.items().empty()) std::cout << "The folder says what runs.\n";
  for (const Json& c : changes.items()) {
    std::cout << c["file"].text();
    if (!c["path"].text().empty()) std::cout << "  " << c["path"].text();
    std::cout << "  " << (c["before"].text().empty() ? "nothing" : c["before"].text()) << " -> "
              << (c["after"].text().empty() ? "nothing" : c["after"].text()) << "\n";
  }
}

void print(const Json& plan, const Asked& asked) {
  print_changes(plan["changes"]);
  print_systems(plan["systems"]);
  if (const std::string near = near_sentence(plan, asked.near); !near.empty()) std::cout << "\n" << near << "\n";
  print_letters(plan);
  print_writes(plan);
  for (const Json& paused : plan["paused"].items()) {
    const std::string what = paused["hub"].boolean()         ? "The hub"
                             : paused["flow"].text().empty() ? "System " + paused["system"].text()
                                                             : "Flow " + paused["flow"].text();
    std::cout << "\n"
              << what << " is paused by " << paused["by"].text() << " since " << paused["at"].text()
              << ": what it would write waits. A review may ask about it: linchpin review " << asked.folder
              << " list\n";
  }
  if (const std::string open = unanswered_text(plan["unanswered"], asked.folder); !open.empty())
    std::cout << "\n" << open << "apply stops at them until they are answered, or --despite-reviews is said.\n";
  std::cout << "\nplan " << plan["hash"].text() << "\n"
            << "To switch to it: linchpin apply " << asked.folder << " --plan " << plan["hash"].text()
            << " --by WHO --why TEXT\n";
}

Result<int> plan(const Asked& asked) {
  for (const std::string& file : {asked.page, asked.near})
    if (!file.empty()) TRY(may_write(file));  // before a plan that may take hours
  const Json command = Json::object({{"command", "plan"}, {"personal", asked.personal}, {"near", !asked.near.empty()}});
  const Json plan = TRY(hub_runs(asked.folder) ? ask_hub(asked, command) : plan_on_store(asked, command));
  if (!asked.near.empty() && plan["near"].is_null())
    return fail(Code::InvalidArgument, "the hub that runs does not know --near", "Start it again with this program.");
  if (!asked.page.empty()) TRY(write_private(asked.page, plan_page(plan, asked.near)));
  if (!asked.near.empty()) TRY(write_private(asked.near, near_csv(plan["near"]["pairs"])));
  if (asked.json)
    std::cout << canonical(plan) << "\n";
  else
    print(printable_answer(plan), asked);
  return 0;
}

}  // namespace

void add_plan(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "plan",
      "What the folder would do against what runs. Example: linchpin plan my-hub --html plan.html --near near.csv");
  add_where(command, *asked);
  command.option("--html", asked->page, "also writes the plan to this file, as a page");
  command.option("--near", asked->near,
                 "also writes there, as CSV, who of those it creates is most like whom elsewhere");
  command.flag("--personal", asked->personal, "shows personal values too (restricted ones never)");
  command.option("--patience", asked->patience, "how long a system may fail, where no hub runs").shows_default();
  command.runs([asked] {
    std::signal(SIGPIPE, SIG_IGN);
    return plan(*asked);
  });
}

}  // namespace linchpin::cli
