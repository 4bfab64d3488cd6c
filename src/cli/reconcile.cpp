// `linchpin reconcile`: a running hub compares what its systems hold, and this waits for what comes of it.
#include <algorithm>
#include <iostream>
#include <thread>

#include "base/time.hpp"
#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/nearest_names.hpp"
#include "cli/progress.hpp"
#include "cli/table_row.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string system, patience = "5 minutes";
  bool repair = false;
};

bool is_meant(const Asked& asked, const Json& row) {
  return asked.system.empty() || row["system"].text() == asked.system;
}

// ", hubspot contacts 1200, xero Contacts 300": what is still being read, and how many records it has come to.
std::string still_read(const Asked& asked, const Json& state) {
  std::string text;
  for (const Json& walk : state["walks"].items())
    if (is_meant(asked, walk) && walk["running"].boolean())
      text += ", " + walk["system"].text() + " " + walk["object"].text() + " " + walk["records"].number_text();
  return text;
}

// Until every walk has ended and what it found has come to rest.
Result<Json> wait_for(const Asked& asked) {
  const milliseconds patience = TRY(parse_span(asked.patience));
  Progress progress("comparing with what systems hold");
  auto moved = std::chrono::steady_clock::now();
  std::string last;
  for (int quiet_for = 0;;) {
    const Json state = TRY(ask_hub(asked, Json::object({{"command", "reconcile.state"}})));
    const Json status = TRY(ask_hub(asked, Json::object({{"command", "status"}})));
    const std::string reading = still_read(asked, state);
    quiet_for = reading.empty() && status["quiet"].boolean() ? quiet_for + 1 : 0;
    if (quiet_for >= 5) return state;
    const auto now = std::chrono::steady_clock::now();
    if (const std::string news = canonical(state); news != last) last = news, moved = now;
    if (now > moved + patience && reading.empty()) return state;  // what was found is held up: the table shows it
    if (now > moved + patience)
      return fail(Code::SystemUnavailable, "nothing more was read for " + asked.patience + reading,
                  "`linchpin connect DIR SYSTEM` shows whether it answers. The hub goes on comparing.");
    progress.tell(reading);
    std::this_thread::sleep_for(milliseconds(200));
  }
}

void print(const Json& answer) {
  print_row("system", "object", "records", "differed", "missing");
  for (const Json& walk : answer["walks"].items()) {
    print_row(walk["system"].text(), walk["object"].text(), walk["records"].number_text(),
              walk["differed"].number_text(), walk["missing"].number_text());
    if (walk["short"].boolean())
      std::cout << "  It listed much less than is linked: nothing was taken as deleted. `linchpin review DIR list`.\n";
  }
  std::cout << "\n";
  print_row("system", "entity", "linked", "dead", "in review", "discrepant");
  for (const Json& r : answer["rows"].items())
    print_row(r["system"].text(), r["entity"].text(), r["linked"].number_text(), r["dead"].number_text(),
              r["in_review"].number_text(), r["discrepant_fields"].number_text());
}

Result<int> reconcile(const Asked& asked) {
  if (!hub_runs(asked.folder))
    return fail(
        Code::SystemUnavailable, "no hub runs on this folder, and it is the hub that compares",
        "Start it with `linchpin run DIR`. Where none is to run on, as from cron: `linchpin run DIR --once` reads, "
        "writes what waits, compares all of it and ends.");
  if (!asked.system.empty()) TRY(known_system(asked, asked.system));
  TRY(ask_hub(asked, Json::object({{"command", "reconcile"}, {"system", asked.system}, {"repair", asked.repair}})));
  const Json state = TRY(wait_for(asked));
  const Json table = TRY(ask_hub(asked, Json::object({{"command", "table"}})));
  Json::List walks, rows;
  std::int64_t discrepant = 0;
  bool too_short = false;
  for (const Json& walk : state["walks"].items()) {
    if (!is_meant(asked, walk)) continue;
    too_short = too_short || walk["short"].boolean();
    walks.push_back(walk);
  }
  for (const Json& row : table["rows"].items()) {
    if (!is_meant(asked, row)) continue;
    discrepant += row["discrepant_fields"].integer().value_or(0);
    rows.push_back(row);
  }
  const Json answer = Json::object({{"walks", std::move(walks)}, {"rows", std::move(rows)}});
  if (asked.json)
    std::cout << canonical(answer) << "\n";
  else
    print(answer);
  return discrepant == 0 && !too_short ? 0 : 1;
}

}  // namespace

void add_reconcile(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "reconcile",
      "Have the running hub compare with what systems really hold. Example: linchpin reconcile my-hub xero --repair");
  add_where(command, *asked);
  command.option("SYSTEM", asked->system, "one system; all, when it is left out");
  command.flag("--repair", asked->repair, "tell a system again where it still differs, under the brakes");
  command.option("--patience", asked->patience, "how long nothing may be read before this gives up waiting")
      .shows_default();
  command.runs([asked] { return reconcile(*asked); });
}

}  // namespace linchpin::cli
