#include "cli/known_versions.hpp"

#include "cli/ask_hub.hpp"
#include "cli/open_hub.hpp"

namespace linchpin::cli {
namespace {

struct Kept {
  Json items;
  std::vector<model::HubFile> runs;
};

Result<Kept> ask(const Where& where) {
  Kept kept;
  kept.items = TRY(ask_hub(where, Json::object({{"command", "register"}})))["items"];
  const Json answer = TRY(ask_hub(where, Json::object({{"command", "files"}})));
  for (const Json& file : answer["files"].items()) kept.runs.push_back({file["name"].text(), file["text"].text()});
  return kept;
}

Result<Kept> read_store(const Where& where) {
  OpenHub hub = TRY(open_hub(where));
  SystemClock clock;
  const auto engine = TRY(engine::Engine::watch(hub.hub, hub.world(*hub.files->inbox), clock.now()));
  Kept kept;
  kept.items = TRY(engine->ask(Json::object({{"command", "register"}}), clock.now()))["items"];
  kept.runs = hub.hub->files;
  return kept;
}

}  // namespace

Known known_versions(const Where& where, const model::Hub& folder) {
  const char* none = "No version of these files has been applied yet: no hub has run on them.";
  const bool runs = hub_runs(where.folder);
  std::error_code failed;
  const bool on_disk = !folder.environment.on_postgres();
  if (!runs && on_disk && !std::filesystem::exists(data_folder(where.folder, folder), failed)) return {{}, none};
  const Result<Kept> kept = runs ? ask(where) : read_store(where);
  if (!kept) return {{}, "The register could not be read: " + to_text(kept.error())};
  Known known{model::versions(kept->items), ""};
  if (known.versions.empty()) return {{}, none};
  std::vector<model::Difference> waiting = model::differences(kept->runs, folder.files);
  if (!waiting.empty()) known.versions.insert(known.versions.begin(), {0, "", "", "", std::move(waiting)});
  return known;
}

Json files_in_json(const model::Hub& hub) {
  Json::List files;
  for (const model::HubFile& file : hub.files)
    files.push_back(Json::object({{"name", file.name}, {"text", file.text}}));
  return Json::object({{"files", std::move(files)}});
}

}  // namespace linchpin::cli
