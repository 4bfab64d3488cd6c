// check(): the folder's files, read and judged. All mistakes in one go; a hub only when there is none.
#include <algorithm>
#include <functional>

#include "base/crypto.hpp"
#include "model/draft.hpp"
#include "model/manifest_shape.hpp"
#include "model/nearest.hpp"
#include "model/privacy.hpp"

namespace linchpin::model {
namespace {

// The environment's file: of that name, or the only one, or staging's.
std::string environment_file(const std::vector<HubFile>& files, const std::string& wanted, Findings& findings) {
  std::vector<std::string> names;
  for (const HubFile& file : files)
    if (file.name.starts_with("environments/")) names.push_back(file.name.substr(13, file.name.size() - 18));
  std::string chosen = wanted;
  if (chosen.empty()) chosen = names.size() == 1 ? names[0] : "staging";
  if (std::find(names.begin(), names.end(), chosen) != names.end()) return "environments/" + chosen + ".yaml";
  if (names.empty())
    findings.mistake(Code::KeyRequired, {"environments", 0, 0}, "the hub has no environment",
                     "Add environments/staging.yaml: where keys are, and how each system is reached");
  else
    findings.mistake(Code::InvalidArgument, {"environments", 0, 0},
                     wanted.empty() ? "there are several environments and none is called staging"
                                    : "there is no environment '" + wanted + "'",
                     wanted.empty() ? "Say which with --env: " + suggestion("", names) : suggestion(wanted, names));
  return {};
}

// Names and lengths are hashed with the bytes, so that no two folders have one digest.
std::string digest_of(const std::vector<HubFile>& files) {
  std::string all;
  for (const HubFile& file : files)
    all += std::to_string(file.name.size()) + ":" + file.name + std::to_string(file.text.size()) + ":" + file.text;
  return to_hex(as_text(sha256(all)));
}

// Fields count with the class that the proof gives them; where that is not the one that was written, it is said.
void raise_classes(Draft& draft) {
  for (auto& [name, entity] : draft.hub.entities) {
    std::vector<Class> classes;
    for (const Field& field : entity.fields) classes.push_back(effective_class(entity, field));
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      Field& field = entity.fields[i];
      if (classes[i] > field.clazz)
        draft.findings.warning(Code::LeastPrivilege, place_at(draft.field_node(entity, field.name), "class"),
                               name.text + "." + field.name.text + " counts as " + std::string(to_text(classes[i])) +
                                   ", by its type or by what it is made of",
                               "Write class: " + std::string(to_text(classes[i])));
      field.clazz = classes[i];
    }
  }
}

// A manifest of the firm's own, connectors/NAME.yaml, comes before one that ships with the program.
Result<std::shared_ptr<const Manifest>> own_manifest(const std::vector<HubFile>& files, std::string_view connector,
                                                     const ManifestSource& shipped) {
  const std::string name = "connectors/" + std::string(connector) + ".yaml";
  for (const HubFile& file : files) {
    if (file.name != name) continue;
    const auto own = TRY(parse_manifest(file.name, file.text));
    if (own->name == connector) return own;
    return fail(Code::TypeWrong, "the file is of a connector '" + own->name + "'", "Give both one name.",
                Place{file.name, 1, 1});
  }
  return shipped(connector);
}

Checked check_read(std::vector<HubFile> files, const std::string& wanted, const ManifestSource& manifests,
                   Findings findings) {
  std::sort(files.begin(), files.end(), [](const HubFile& a, const HubFile& b) { return a.name < b.name; });
  Draft draft;
  draft.findings = std::move(findings);
  draft.manifests = [&](std::string_view connector) { return own_manifest(files, connector, manifests); };
  const std::string environment = environment_file(files, wanted, draft.findings);
  for (const Kind& kind : kinds()) {
    if (kind.read == nullptr) continue;
    for (const HubFile& file : files) {
      if (!is_of(file.name, kind)) continue;
      auto node = parse_yaml(file.name, file.text);
      if (!node) {
        draft.findings.mistake(node.error());
        continue;
      }
      judge(*node, kind.shape(), draft.findings);
      // Other environments are judged by their shape and otherwise left alone.
      if (node->is_mapping() && (!is_environment(file) || file.name == environment)) kind.read(*node, draft);
    }
  }
  if (std::none_of(files.begin(), files.end(), [](const HubFile& f) { return f.name == "hub.yaml"; }))
    draft.findings.mistake(Code::KeyRequired, {"hub.yaml", 0, 0}, "the folder has no hub.yaml", "Add one: hub: NAME");

  judge_hub(draft);
  judge_environment(draft);
  judge_systems(draft);
  judge_entities(draft);
  judge_mappings(draft);
  judge_flows(draft);
  judge_refs(draft);
  judge_access(draft);
  judge_alerts(draft);
  prove_least_privilege(draft.hub, draft.findings);
  raise_classes(draft);

  Checked checked;
  checked.findings = draft.findings.sorted();
  checked.disclosure = disclosures(draft.hub);
  if (draft.findings.has_mistakes()) return checked;
  std::erase_if(files, is_environment);
  draft.hub.digest = digest_of(files);
  draft.hub.files = std::move(files);
  checked.hub = std::make_shared<const Hub>(std::move(draft.hub));
  return checked;
}

}  // namespace

std::span<const Kind> kinds() {
  static const Kind all[] = {
      {"hub", "hub.yaml", hub_shape, read_hub},
      {"environment", "environments/", environment_shape, read_environment},
      {"system", "systems/", system_shape, read_system},
      {"entity", "entities/", entity_shape, read_entity},
      {"mapping", "mappings/", mapping_shape, read_mapping},
      {"flow", "flows/", flow_shape, read_flow},
      {"access", "access.yaml", access_shape, [](const Node& node, Draft& draft) { draft.access_node = node; }},
      {"alerts", "alerts.yaml", alerts_shape, [](const Node& node, Draft& draft) { draft.alerts_node = node; }},
      {"connector", "connectors/", manifest_shape, nullptr},
  };
  return all;
}

bool is_of(std::string_view file, const Kind& kind) {
  return kind.place.ends_with('/') ? file.starts_with(kind.place) && file.ends_with(".yaml") : file == kind.place;
}

Checked check_files(const std::vector<HubFile>& files, const std::string& environment,
                    const ManifestSource& manifests) {
  return check_read(files, environment, manifests, {});
}

bool is_environment(const HubFile& file) { return file.name.starts_with("environments/"); }

Checked check_kept(std::vector<HubFile> files, const std::string& folder, const std::string& environment) {
  Findings findings, elsewhere;
  for (HubFile& file : read_folder(folder, elsewhere))
    if (is_environment(file)) files.push_back(std::move(file));
  return check_read(std::move(files), environment, shipped_manifest, std::move(findings));
}

Checked check(const std::string& folder, const std::string& environment) {
  Findings findings;
  std::vector<HubFile> files = read_folder(folder, findings);
  // Judged without what cannot be read, the rest would seem to lack what stands there.
  if (findings.has_mistakes()) {
    Checked checked;
    checked.findings = findings.sorted();
    return checked;
  }
  return check_read(std::move(files), environment, shipped_manifest, std::move(findings));
}

Json to_json(const Checked& checked) {
  Json::List errors, warnings, disclosure;
  for (const Finding& finding : checked.findings) {
    const Error& error = finding.error;
    (finding.warning ? warnings : errors)
        .push_back(Json::object({{"file", error.at.file},
                                 {"line", error.at.line},
                                 {"column", error.at.column},
                                 {"code", code_text(error.code)},
                                 {"message", error.what},
                                 {"remedy", error.fix}}));
  }
  for (const Disclosure& row : checked.disclosure)
    disclosure.push_back(Json::object({{"system", row.system.text},
                                       {"field", row.field},
                                       {"class", to_text(row.clazz)},
                                       {"purpose", row.purpose},
                                       {"country", row.country}}));
  return Json::object(
      {{"errors", std::move(errors)}, {"warnings", std::move(warnings)}, {"disclosure", std::move(disclosure)}});
}

}  // namespace linchpin::model
