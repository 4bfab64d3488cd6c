// The data models that `linchpin discover` read last, kept in the hub's data folder with what changed in them. Names,
// kinds and choices; no value of a record.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "model/hub.hpp"
#include "model/system_model.hpp"

namespace linchpin::cli {

struct Drifted {
  std::string since, at;  // of the two readings
  std::vector<model::Drift> changes;
};
struct KeptModel {
  model::SystemModel model;
  std::vector<Drifted> drifts;  // the latest first
};

std::filesystem::path models_folder(const std::string& folder, const model::Hub&);
// Nothing where none was read yet.
Result<std::optional<KeptModel>> kept_model(const std::filesystem::path&, const SystemName&);
// What changed since the last reading, if there was one, is put before its drifts.
Result<KeptModel> keep_model(const std::filesystem::path&, model::SystemModel);
Json to_json(const Drifted&);

}  // namespace linchpin::cli
