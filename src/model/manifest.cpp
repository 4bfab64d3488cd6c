#include "model/manifest.hpp"

#include <algorithm>

#include "model/embedded.hpp"
#include "model/manifest_shape.hpp"
#include "model/yaml.hpp"

namespace linchpin::model {
namespace {

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& item : list.items()) texts.push_back(item.text());
  return texts;
}

std::set<std::string> names(const Json& object) {
  std::set<std::string> names;
  for (const auto& [name, rest] : object.members()) names.insert(name);
  return names;
}

int most(const Json& part) { return part.is_null() ? 0 : static_cast<int>(part["most"].integer().value_or(1)); }

std::map<std::string, AssociationSpec> read_associations(const Json& j) {
  std::map<std::string, AssociationSpec> all;
  for (const auto& [name, one] : j.members())
    all[name] = {ObjectName(one["to"].text()), std::max(most(one["set"]), 1), std::max(most(one["clear"]), 1)};
  return all;
}

ObjectSpec read_object(const std::string& name, const Json& j) {
  return {.name = ObjectName(name),
          .hint_only = j["hint_only"].boolean(),
          .hub_id_at = j["hub_id"].text(),
          .unique = texts(j["unique"]),
          .can_create = !j["create"].is_null(),
          .can_update = !j["update"].is_null(),
          .can_delete = !j["delete"].is_null(),
          .can_fetch = !j["fetch"].is_null(),
          .fetch_most = std::max(most(j["fetch"]), 1),
          .create_most = std::max(most(j["create"]), 1),
          .update_most = std::max(most(j["update"]), 1),
          .delete_most = std::max(most(j["delete"]), 1),
          .look_most = most(j["look"]),
          .history = j["history"].is_null()                    ? History::None
                     : j["record"]["edits"].find("each_under") ? History::OfMembers
                                                               : History::OfRecord,
          .tells_people = j["record"]["edits"].find("people") != nullptr,
          .history_most = std::max(most(j["history"]), 1),
          .lists_history = !j["list_history"].is_null(),
          .counts = !j["count"].is_null(),
          .tells_holders = names(j["holders"]),
          .associations = read_associations(j["associations"])};
}

}  // namespace

const ObjectSpec* Manifest::object(const ObjectName& wanted) const {
  const auto found = std::ranges::find(objects, wanted, &ObjectSpec::name);
  return found == objects.end() ? nullptr : &*found;
}

Result<std::shared_ptr<const Manifest>> parse_manifest(const std::string& file, std::string_view text) {
  const Node node = TRY(parse_yaml(file, text));
  Findings findings;
  judge(node, manifest_shape(), findings);
  if (findings.has_mistakes()) return tl::unexpected(findings.sorted().front().error);
  auto manifest = std::make_shared<Manifest>();
  const Json document = to_json(node);
  manifest->name = document["connector"].text();
  manifest->title = document["title"].text();
  manifest->secrets = texts(document["secrets"]);
  manifest->settings = texts(document["settings"]);
  manifest->hosts = texts(document["hosts"]);
  for (const auto& [family, versions] : document["api_versions"].members())
    manifest->api_versions[family] = texts(versions);
  for (const auto& [name, object] : document["objects"].members())
    manifest->objects.push_back(read_object(name, object));
  for (const auto& [name, operation] : document["operations"].members()) manifest->operations.push_back(name);
  manifest->document = document;
  return manifest;
}

Result<std::shared_ptr<const Manifest>> shipped_manifest(std::string_view connector) {
  std::string known;
  for (const EmbeddedFile& file : embedded_connectors()) {
    if (file.name == connector)
      return parse_manifest("connectors/" + std::string(connector) + "/manifest.yaml", file.text);
    known += (known.empty() ? "" : ", ") + std::string(file.name);
  }
  return fail(Code::NotFound, "there is no connector '" + std::string(connector) + "'", "There are " + known);
}

}  // namespace linchpin::model
