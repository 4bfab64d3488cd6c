#include "cli/kept_models.hpp"

#include "base/file.hpp"
#include "cli/open_hub.hpp"
#include "cli/private_file.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t drifts_most = 100, bytes_most = 16u << 20;

tl::unexpected<Error> unusable(const std::filesystem::path& path) {
  return fail(Code::FileUnreadable, "the data model that was read last cannot be read",
              "Remove the file: the next `linchpin discover` reads it anew, and tells no change.",
              {path.string(), 0, 0});
}

}  // namespace

std::filesystem::path models_folder(const std::string& folder, const model::Hub& hub) {
  const std::filesystem::path data =
      hub.environment.on_postgres() ? std::filesystem::path(folder) / "data" : data_folder(folder, hub);
  return data / "models" / hub.environment.name;
}

Result<std::optional<KeptModel>> kept_model(const std::filesystem::path& folder, const SystemName& system) {
  const std::filesystem::path path = folder / (system.text + ".json");
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return std::nullopt;
  const auto json = parse_json(TRY(read_file(path, bytes_most)));
  if (!json) return unusable(path);
  auto model = model::system_model((*json)["model"]);
  if (!model || model->system != system) return unusable(path);
  KeptModel kept{*std::move(model), {}};
  for (const Json& d : (*json)["drifts"].items())
    kept.drifts.push_back({d["since"].text(), d["at"].text(), model::drifts(d["changes"])});
  return kept;
}

Result<KeptModel> keep_model(const std::filesystem::path& folder, model::SystemModel model) {
  std::optional<KeptModel> before = TRY(kept_model(folder, model.system));
  KeptModel kept{std::move(model), {}};
  if (before) {
    std::vector<model::Drift> changes = model::drift(before->model, kept.model);
    kept.model = model::with_seen(before->model, std::move(kept.model));
    kept.drifts = std::move(before->drifts);
    if (!changes.empty())
      kept.drifts.insert(kept.drifts.begin(), {before->model.read_at, kept.model.read_at, std::move(changes)});
    if (kept.drifts.size() > drifts_most) kept.drifts.resize(drifts_most);
  }
  Json::List drifts;
  for (const Drifted& d : kept.drifts) drifts.push_back(to_json(d));
  const Json json = Json::object({{"model", model::to_json(kept.model)}, {"drifts", std::move(drifts)}});
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  // Beside it first: a reading that is cut off leaves the one before.
  const std::filesystem::path path = folder / (kept.model.system.text + ".json"), fresh = path.string() + ".new";
  TRY(write_private(fresh.string(), pretty(json) + "\n"));
  std::filesystem::rename(fresh, path, failed);
  if (failed)
    return fail(Code::FileUnreadable, "the data model that was read could not be kept",
                "Make the folder one that you may write to.", {path.string(), 0, 0});
  return kept;
}

Json to_json(const Drifted& d) {
  return Json::object({{"since", d.since}, {"at", d.at}, {"changes", model::to_json(d.changes)}});
}

}  // namespace linchpin::cli
