// linchpin revert: takes back what a change brought, what followed an apply, or what was written since a time: only
// where a system still holds what we wrote. Planned first, and bound to its plan's hash, as `apply` is.
#include <algorithm>
#include <iostream>
#include <set>

#include "cli/ask_hub.hpp"
#include "cli/open_hub.hpp"
#include "cli/plan_text.hpp"
#include "cli/printable.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t printed_most = 40;  // of what stays, for people

struct Asked : Where {
  std::string change, since, plan, by, why;
  int apply = 0;
  bool personal = false, list = false;
};

std::string selected(const Asked& asked) {
  return !asked.change.empty()  ? "--change " + asked.change
         : !asked.since.empty() ? "--since " + asked.since
                                : "--apply " + std::to_string(asked.apply);
}

// "2 fields", "1 field"
std::string counted(const Json& count, const std::string& what) {
  return count.number_text() + " " + what + (count.number_text() == "1" ? "" : "s");
}

// "1 thing stays as it is", "2 things stay as they are"
std::string left_as(const Json& count) {
  return counted(count, "thing") + (count.number_text() == "1" ? " stays as it is" : " stay as they are");
}

void print_stays(const Json& plan) {
  const Json::List& stays = plan["stays"].items();
  if (!stays.empty()) std::cout << "\nThis stays as it is:\n";
  for (std::size_t i = 0; i < stays.size() && i < printed_most; ++i) {
    const Json& s = stays[i];
    const std::string& record = s["record"].text();
    std::cout << (record.empty() ? s["golden"].text() : s["system"].text() + ":" + record)
              << (s["field"].text().empty() ? "" : "  " + s["field"].text()) << "  " << s["why"].text() << "\n";
  }
  const std::int64_t all = plan["stay"].integer().value_or(0);
  if (all > static_cast<std::int64_t>(printed_most))
    std::cout << "… and " << all - static_cast<std::int64_t>(printed_most) << " more: --json lists them.\n";
}

// Fields whose way back a system ignores without a word, by its connector, a sentence each: a person must set them
// there.
Json::List by_hand(const Json& plan, const Asked& asked) {
  std::set<std::string> told;
  const auto loaded = load_hub(asked.folder, asked.environment);
  if (!loaded) return {};
  const model::Hub& hub = **loaded;
  const auto goes_forward = [](const model::System& system, const mapping::Mapping& mapping, const Json& write) {
    const Json& paths = system.connector->document["objects"][mapping.object.text]["forward_only"];
    return std::ranges::any_of(mapping.fields, [&](const mapping::FieldMapping& entry) {
      return entry.field.text == write["field"].text() && entry.direction != mapping::Direction::In &&
             std::ranges::count(paths.items(), Json(mapping::to_text(entry.at))) > 0;
    });
  };
  for (const Json& write : plan["writes"].items())
    for (const auto& [name, mapping] : hub.mappings)
      if (const auto system = hub.systems.find(mapping.system);
          mapping.system.text == write["system"].text() && system != hub.systems.end() && system->second.connector &&
          goes_forward(system->second, mapping, write))
        told.insert(system->second.connector->title + " ignores a " + write["field"].text() +
                    " that a program moves back, and says nothing: look at it there afterwards, and set it by hand.");
  return {told.begin(), told.end()};
}

void print_plan(const Json& plan, const Asked& asked) {
  std::cout << "Of " << plan["what"].text() << ", " << counted(plan["fields"], "field") << " of "
            << counted(plan["records"], "golden record") << " would be as before.";
  if (plan["given_back"].number_text() != "0")
    std::cout << " Of those, " << plan["given_back"].number_text()
              << " only in a system's record, where the hub's files had written over them.";
  std::cout << "\n";
  print_systems(plan["systems"]);
  print_writes(plan);
  for (const Json& line : plan["by_hand"].items()) std::cout << line.text() << "\n";
  print_stays(plan);
  std::cout << "\nThe hub's files are not taken back by this.\nplan " << plan["hash"].text() << "\n";
  if (plan["records"].number_text() != "0")
    std::cout << "To do it: linchpin revert " << asked.folder << " " << selected(asked) << " --plan "
              << plan["hash"].text() << " --by WHO --why TEXT\n";
}

void print_done(const Json& answer, const Asked& asked) {
  if (answer["reverted"].boolean()) {
    std::cout << answer["id"].text() << ": " << counted(answer["fields"], "field") << " of "
              << counted(answer["records"], "golden record") << " will be as before; " << left_as(answer["stay"])
              << ".\nTo take that back: linchpin revert " << asked.folder << " --change " << answer["id"].text()
              << "\n";
    return;
  }
  std::string moved;
  for (const Json& what : answer["moved"].items()) moved += (moved.empty() ? "" : ", ") + what.text();
  std::cerr << "linchpin: nothing was taken back: since that plan there are other things in " << moved
            << ". Plan again, and look at what it says now.\n";
}

Result<int> list(const Asked& asked) {
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "revert.list"}})));
  print_lines(answer["items"], asked.json, [](const Json& r) {
    return r["id"].text() + "  " + r["at"].text() + "  " + r["what"].text() + "  " + r["by"].text() + ": " +
           r["why"].text() + "\n    " + counted(r["fields"], "field") + " as before, " + left_as(r["stay"]) +
           (r["done"].boolean() ? "" : "; under way");
  });
  return 0;
}

Result<int> revert(const Asked& asked) {
  if (asked.list) return list(asked);
  if ((!asked.change.empty()) + (!asked.since.empty()) + (asked.apply != 0) != 1)
    return fail(Code::InvalidArgument, "one thing is to be taken back",
                "Give --change ID, --apply N or --since T: one of them.");
  if (!asked.since.empty() && !parse_rfc3339(asked.since))
    return fail(Code::InvalidArgument, "--since is no time",
                "Write the date, the time and the zone, as in 2026-11-24T09:00:00Z.");
  if (asked.plan.empty() && !(asked.by.empty() && asked.why.empty()))
    return fail(Code::InvalidArgument, "what is done is what a plan has said",
                "Plan first, without --by and --why; then give --plan HASH with them.");
  if (!asked.plan.empty() && (asked.by.empty() || asked.why.empty()))
    return fail(Code::InvalidArgument, "who takes it back, and why, is not said", "Give --by WHO --why TEXT.");
  if (!asked.plan.empty() &&
      (asked.plan.size() != 64 || asked.plan.find_first_not_of("0123456789abcdef") != std::string::npos))
    return fail(Code::InvalidArgument, "that is no plan's hash",
                "Write all 64 characters that `linchpin revert` printed without --plan.");
  Json command = Json::object({{"command", "revert"},
                               {"plan", asked.plan},
                               {"by", asked.by},
                               {"why", asked.why},
                               {"personal", asked.personal}});
  if (!asked.change.empty()) command = command.with("change", asked.change);
  if (!asked.since.empty()) command = command.with("since", asked.since);
  if (asked.apply != 0) command = command.with("apply", asked.apply);
  Json answer = TRY(ask_hub(asked, command));
  if (asked.plan.empty()) answer = answer.with("by_hand", by_hand(answer, asked));
  if (asked.json)
    std::cout << canonical(answer) << "\n";
  else if (asked.plan.empty())
    print_plan(printable_answer(answer), asked);
  else
    print_done(printable_answer(answer), asked);
  return asked.plan.empty() || answer["reverted"].boolean() ? 0 : 1;
}

}  // namespace

void add_revert(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "revert",
      "Take back what was written, where systems still hold it. Says what it would do; with --plan it does it. "
      "Example: linchpin revert my-hub --since 2026-11-24T09:00:00Z");
  add_where(command, *asked);
  command.option("--change", asked->change, "what one change brought: its id, as `explain` tells it, or a revert's");
  command.option("--apply", asked->apply, "what followed that version of the hub's files");
  command.option("--since", asked->since, "all that was written since then, such as 2026-11-24T09:00:00Z");
  command.option("--plan", asked->plan, "do it: the hash that was printed without this");
  command.option("--by", asked->by, "who takes it back");
  command.option("--why", asked->why, "why: it is kept with it");
  command.flag("--personal", asked->personal, "shows personal values too (restricted ones never)");
  command.flag("--list", asked->list, "lists what was taken back, the latest first, and does nothing else");
  command.runs([asked] { return revert(*asked); });
}

}  // namespace linchpin::cli
