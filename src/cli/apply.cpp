// linchpin apply: registers the folder's files as the version that runs, and switches to it: where a hub runs, without
// a stop; where none does, for its next start. Only what a plan has said: what has moved since refuses it, and where no
// hub runs, the systems are read once more to know that.
#include <iostream>

#include "cli/ask_hub.hpp"
#include "cli/kept_models.hpp"
#include "cli/planned.hpp"
#include "cli/printable.hpp"
#include "cli/settle.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string plan, by, why;
  std::string patience = "1 minute";
  bool list = false, despite_reviews = false;
};

Result<Json> apply_on_store(const Asked& asked, const Json& command) {
  SystemClock clock;
  OpenHub hub = TRY(open_hub(asked));
  if (!hub.may_change()) return hub.standing_by();
  TRY(read_and_ask(hub, asked.patience, Json::object({{"command", "status"}})));
  auto runs = TRY(engine::Engine::start(hub.hub, hub.world(*hub.files->inbox), clock.now()));
  const Planned planned = TRY(plan_folder(*runs, hub, false));
  Judged said = TRY(judged(*runs, planned, command));
  if (!said.refused.is_null()) return said.refused;
  const std::vector<engine::Unanswered> despite = said.applying.despite;
  OpenHub::Ready next = TRY(hub.ready(planned.next));
  runs.reset();
  hub.take(std::move(next));
  hub.reads_only = false;
  engine::World world = hub.world(*hub.files->inbox);
  world.applying = std::move(said.applying);
  const auto switched = TRY(engine::Engine::start(hub.hub, std::move(world), clock.now()));
  return applied(*switched, clock.now(), hub.hub->digest, despite);
}

void print(const Json& answer, const Asked& asked) {
  if (answer["applied"].boolean()) {
    std::cout << "Version " << answer["version"].number_text() << " of the hub's files is the one that runs.\n"
              << unanswered_text(answer["despite_reviews"], asked.folder);
    return;
  }
  std::string moved;
  for (const Json& what : answer["moved"].items()) moved += (moved.empty() ? "" : ", ") + what.text();
  if (!moved.empty())
    std::cerr << "linchpin: nothing was applied: since that plan there are other things in " << moved
              << ". Plan again, and look at what it says now.\n";
  else
    std::cerr << "linchpin: nothing was applied: " << unanswered_text(answer["unanswered"], asked.folder)
              << "Answer them and plan again; or --despite-reviews, which is kept with who and why.\n";
}

// Of the API versions that a version of the files speaks, when `linchpin discover` last read the live system in them.
Result<Json> validated(const std::filesystem::path& models, const Json& api_versions) {
  Json::Object systems;
  for (const auto& [system, families] : api_versions.members()) {
    const std::optional<KeptModel> kept = TRY(kept_model(models, SystemName(system)));
    Json::Object live;
    for (const auto& [family, version] : families.members())
      if (kept && kept->model.api_version.contains(family) && kept->model.api_version.at(family) == version.text())
        live.emplace_back(family, kept->model.read_at);
    systems.emplace_back(system, std::move(live));
  }
  return Json(std::move(systems));
}

std::string spoken(const Json& v) {
  std::string text;
  for (const auto& [system, families] : v["api_versions"].members())
    for (const auto& [family, version] : families.members()) {
      const std::string& live = v["validated"][system][family].text();
      text += "\n    " + system + " " + family + " " + version.text() + ", " +
              (live.empty() ? "not read live yet (`linchpin discover`)" : "last read live " + live);
    }
  return text;
}

Result<int> list(const Asked& asked) {
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "register"}})));
  const std::filesystem::path models = models_folder(asked.folder, *TRY(load_hub(asked.folder, asked.environment)));
  Json::List versions;
  for (const Json& v : answer["items"].items())
    versions.push_back(v.with("validated", TRY(validated(models, v["api_versions"]))));
  const Json latest = versions.empty() ? Json() : versions.front()["version"];
  print_lines(Json(std::move(versions)), asked.json, [&](const Json& v) {
    std::string line =
        v["version"].number_text() + "  " + v["at"].text() + "  " + v["by"].text() + ": " + v["why"].text();
    for (const Json& c : v["changes"].items())
      line += "\n    " + c["file"].text() + "  " + c["path"].text() + "  " + c["before"].text() + " -> " +
              c["after"].text();
    for (const Json& d : v["despite_reviews"].items())
      line += "\n    flow " + d["flow"].text() + " went live despite " + std::to_string(d["reviews"].items().size()) +
              " open match reviews of " + d["entity"].text();
    return v["version"] == latest ? line + spoken(v) : line;
  });
  return 0;
}

Result<int> apply(const Asked& asked) {
  if (asked.list) return list(asked);
  if (asked.plan.empty() || asked.by.empty() || asked.why.empty())
    return fail(Code::InvalidArgument, "an apply says which plan it is of, who applies it, and why",
                "Write --plan HASH --by WHO --why TEXT; `linchpin plan` prints the hash.");
  if (asked.plan.size() != 64 || asked.plan.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail(Code::InvalidArgument, "that is no plan's hash",
                "Write all 64 characters that `linchpin plan` printed.");
  const Json command = Json::object({{"command", "apply"},
                                     {"plan", asked.plan},
                                     {"by", asked.by},
                                     {"why", asked.why},
                                     {"despite_reviews", asked.despite_reviews}});
  const Json answer = TRY(hub_runs(asked.folder) ? ask_hub(asked, command) : apply_on_store(asked, command));
  if (asked.json)
    std::cout << canonical(answer) << "\n";
  else
    print(printable_answer(answer), asked);
  return answer["applied"].boolean() ? 0 : 1;
}

}  // namespace

void add_apply(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "apply",
      "Switch to what the folder says. Example: linchpin apply my-hub --plan 3f9c… --by mia --why \"phase two\"");
  add_where(command, *asked);
  command.option("--plan", asked->plan, "the hash that `linchpin plan` printed");
  command.option("--by", asked->by, "who applies it");
  command.option("--why", asked->why, "why, for the register");
  command.flag("--despite-reviews", asked->despite_reviews,
               "goes live though pairs wait for a person (match reviews): kept in the register, with who and why");
  command.option("--patience", asked->patience, "how long a system may fail, where no hub runs").shows_default();
  command.flag("--list", asked->list, "lists the versions that were applied, the latest first, and does nothing else");
  command.runs([asked] { return apply(*asked); });
}

}  // namespace linchpin::cli
