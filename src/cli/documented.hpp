// All that the discovery document says, as one value; as JSON; and the mapping registry in it as CSV.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/kept_models.hpp"
#include "cli/known_versions.hpp"
#include "model/gives.hpp"
#include "model/registry.hpp"
#include "model/side_by_side.hpp"

namespace linchpin::cli {

struct Discovered {  // what `linchpin discover` read last of a system
  model::SideBySide side;
  std::vector<Drifted> drifts;
};
struct Documented {
  std::shared_ptr<const model::Hub> hub;
  std::vector<model::Disclosure> disclosure;
  Known known;
  std::vector<model::Decision> decisions;
  std::vector<model::Gives> gives;
  std::vector<Discovered> models;  // by system; of those that were read

  const Discovered* discovered(const SystemName&) const;
};
Documented documented(std::shared_ptr<const model::Hub>, std::vector<model::Disclosure>, Known, std::vector<KeptModel>);

// A regulated field's way: where it is read, where it is written, and by which flow.
struct RegulatedPath {
  EntityName entity;
  FieldName field;
  std::vector<std::string> from, to;  // "idcheck verifications completed_at"
};
std::vector<RegulatedPath> regulated_paths(const Documented&);

// What changed with a version, without values that rules name as nobody's (match.not_values): they are values.
std::vector<model::Difference> told_changes(const model::Version&);

Json to_json(const Documented&);
std::string registry_csv(const std::vector<model::Decision>&);

// What a flow does, in words.
std::string flow_in_words(const model::Flow&);
std::string_view kind_of(const model::Flow&);  // "keep", "event", "to an app", "direct", "by hand"

}  // namespace linchpin::cli
