// linchpin discover: what each system's objects are made of now, beside the hub's entities; what changed since it was
// last read; and what a mapping says that is so no more. Of a hub that runs it is asked, since the connections are its.
#include <future>
#include <iomanip>
#include <iostream>
#include <thread>

#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/kept_models.hpp"
#include "cli/nearest_names.hpp"
#include "cli/printable.hpp"
#include "cli/read_models.hpp"
#include "cli/system_call.hpp"
#include "model/side_by_side.hpp"

namespace linchpin::cli {
namespace {

struct Asked : Where {
  std::string system;
};

// Those that are read: the one that was named, or all that have a connection and say how.
Result<std::vector<SystemName>> wanted(const Asked& asked, const model::Hub& hub) {
  if (!asked.system.empty()) {
    TRY(known_system(asked, asked.system));
    return std::vector{SystemName(asked.system)};
  }
  std::vector<SystemName> systems;
  for (const auto& [name, system] : hub.systems)
    if (hub.environment.connections.contains(name) && tells_its_model(system)) systems.push_back(name);
  if (systems.empty())
    return fail(Code::NotFound, "no system of the hub has a connection and says how its data model is read",
                "Add connections: in environments/.");
  return systems;
}

Result<engine::Credential> ready_credential(OpenHub& hub, const SystemName& system, HttpClient& client) {
  engine::Credential credential = TRY(kept_credential(hub, system));
  const bool fresh = credential.access_expires > SystemClock().now() + seconds(60);
  if (hub.connectors.at(system)->needs_access_token() && !fresh) TRY(authorise(hub, system, credential, client));
  return credential;
}

Result<Json> read_here(const Asked& asked, const std::vector<SystemName>& systems) {
  OpenHub hub = TRY(open_hub(asked));
  if (!hub.may_change()) return hub.standing_by();
  const std::unique_ptr<HttpClient> client = client_for(*hub.hub);
  const Asks asks = [&](Request request) -> std::optional<Result<Answer>> {
    std::promise<Result<Answer>> promise;
    client->send(std::move(request), milliseconds(30'000), [&](Result<Answer> a) { promise.set_value(std::move(a)); });
    return promise.get_future().get();
  };
  const Waits waits = [](milliseconds wait) {
    std::this_thread::sleep_for(wait);
    return true;
  };
  Json::List models, failed;
  for (const SystemName& system : systems) {
    const auto model = [&]() -> Result<model::SystemModel> {
      const auto declared = hub.hub->systems.find(system);
      if (declared == hub.hub->systems.end())
        return fail(Code::NotFound, "the version that was applied has no system " + system.text,
                    "Plan and apply the folder first.");
      auto credential = ready_credential(hub, system, *client);
      if (!credential) return tl::unexpected(credential.error());
      return read_model(model_ask(*hub.hub, declared->second, *std::move(credential)), asks, waits);
    }();
    if (model)
      models.push_back(model::to_json(*model));
    else
      failed.push_back(failed_model(system, not_accepted(model.error(), hub, system)));
  }
  return Json::object({{"models", std::move(models)}, {"failed", std::move(failed)}});
}

std::string in_words(const model::Drift& d) {
  const std::string what = d.object.text + (d.path.empty() ? "" : " " + d.path);
  if (d.what == "added") return "added    " + what + (d.after.empty() ? "" : " (" + d.after + ")");
  if (d.what == "removed") return "removed  " + what + (d.before.empty() ? "" : " (" + d.before + ")");
  if (d.what == "values")
    return "changed  " + what + ": " + (d.after.empty() ? "" : "may now be " + d.after) +
           (d.after.empty() || d.before.empty() ? "" : "; ") + (d.before.empty() ? "" : "no longer " + d.before);
  return "changed  " + what + ": " + d.what + " was " + (d.before.empty() ? "nothing" : d.before) + ", is " +
         (d.after.empty() ? "nothing" : d.after);
}

std::string arrow(const std::string& direction) { return direction == "in" ? "->" : direction == "out" ? "<-" : "<->"; }

void print(const model::SideBySide& side, const std::optional<Drifted>& changed, const std::string& since) {
  const std::string& system = side.model.system.text;
  for (const model::ObjectModel& o : side.model.objects) {
    std::cout << system << " " << o.object.text << ": " << o.fields.size() << " fields";
    if (o.records > 0) std::cout << ", with " << o.records << " records looked at";
    std::cout << "\n";
  }
  if (since.empty())
    std::cout << "  Read for the first time.\n";
  else if (!changed)
    std::cout << "  Nothing changed since " << since << ".\n";
  else
    std::cout << "  Since " << since << ":\n";
  if (changed)
    for (const model::Drift& d : changed->changes) std::cout << "    " << printable(in_words(d)) << "\n";
  std::size_t unmapped = 0, widest = 0;
  for (const model::Beside& row : side.fields) {
    if (row.mapped.empty())
      ++unmapped;
    else
      widest = std::max(widest, row.field.path.size());
  }
  for (const model::Beside& row : side.fields)
    for (const model::Beside::Mapped& m : row.mapped)
      std::cout << "  " << std::left << std::setw(static_cast<int>(widest) + 2) << printable(row.field.path)
                << std::setw(10) << printable(row.field.kind) << std::setw(5) << arrow(m.direction) << m.entity.text
                << "." << m.field.text << " " << m.type << (m.transform.empty() ? "" : "  " + m.transform) << "\n";
  if (unmapped > 0)
    std::cout << "  " << unmapped << " fields of " << system << " are not mapped (--json lists them).\n";
  std::string elsewhere;
  for (const std::string& field : side.elsewhere) elsewhere += (elsewhere.empty() ? "" : ", ") + field;
  if (!elsewhere.empty()) std::cout << "  Not in " << system << ": " << elsewhere << ".\n";
  for (const model::ModelFinding& f : side.findings)
    std::cout << (f.mistake() ? "" : "warning: ") << printable(to_text(f.error)) << "\n";
}

// A failure that came as JSON.
Error error_of(const Json& failed) {
  const auto number = [&](const char* name) { return static_cast<int>(failed[name].integer().value_or(0)); };
  Error error{parse_code(failed["code"].text()).value_or(Code::SystemUnavailable),
              failed["message"].text(),
              {failed["file"].text(), number("line"), number("column")},
              failed["remedy"].text()};
  if (error.what.find(failed["system"].text()) == std::string::npos)
    error.what = failed["system"].text() + ": " + error.what;
  return error;
}

Result<int> discover(const Asked& asked) {
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  const std::vector<SystemName> systems = TRY(wanted(asked, *hub));
  Json::List names;
  for (const SystemName& system : systems) names.push_back(system.text);
  const Json command = Json::object({{"command", "discover"}, {"systems", std::move(names)}});
  const Json answer = TRY(hub_runs(asked.folder) ? ask_hub(asked, command) : read_here(asked, systems));
  bool mistakes = false;
  Json::List told;
  for (const Json& one : answer["models"].items()) {
    const std::filesystem::path folder = models_folder(asked.folder, *hub);
    model::SystemModel model = TRY(model::system_model(one));
    const std::optional<KeptModel> before = TRY(kept_model(folder, model.system));
    const std::string since = before ? before->model.read_at : "", at = model.read_at;
    const KeptModel kept = TRY(keep_model(folder, std::move(model)));
    std::optional<Drifted> changed;
    if (before && !kept.drifts.empty() && kept.drifts.front().at == at) changed = kept.drifts.front();
    const model::SideBySide side = model::side_by_side(*hub, kept.model);
    for (const model::ModelFinding& f : side.findings) mistakes = mistakes || f.mistake();
    if (asked.json)
      told.push_back(model::to_json(side)
                         .with("since", since.empty() ? Json() : Json(since))
                         .with("drift", model::to_json(changed ? changed->changes : std::vector<model::Drift>{})));
    else
      print(side, changed, since);
  }
  if (asked.json)
    std::cout << canonical(Json::object({{"systems", std::move(told)}, {"failed", answer["failed"]}})) << "\n";
  int status = mistakes ? 1 : 0;
  for (const Json& one : answer["failed"].items()) status = std::max(status, failed(error_of(one)));
  return status;
}

}  // namespace

void add_discover(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "discover",
      "What systems' fields are, beside the hub's, and what changed. Example: linchpin discover my-hub xero");
  add_where(command, *asked);
  command.option("SYSTEM", asked->system, "its name, as in systems/; without it all that have a connection");
  command.runs([asked] { return discover(*asked); });
}

}  // namespace linchpin::cli
