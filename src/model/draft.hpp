// The hub while it is being read: what has been made of the files so far, the files' nodes (for the places of
// mistakes), and the mistakes. Each kind of file has one .cpp of its name: its shape, what it is read into, and the
// rules that it must keep with the rest.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/findings.hpp"
#include "model/hub.hpp"
#include "model/shape.hpp"

namespace linchpin::model {

using ManifestSource = std::function<Result<std::shared_ptr<const Manifest>>(std::string_view connector)>;

struct Draft {
  Hub hub;
  Findings findings;
  ManifestSource manifests;
  // The files' nodes, by the name of what they declare.
  std::map<EntityName, Node> entity_nodes;
  std::map<MappingName, Node> mapping_nodes;
  std::map<FlowName, Node> flow_nodes;
  std::map<SystemName, Node> system_nodes;
  Node hub_node, environment_node, access_node, alerts_node;  // no members when there is no such file

  std::vector<std::string> system_names() const;
  std::vector<std::string> entity_names() const;
  std::vector<std::string> field_names(const Entity&) const;
  // The field's node in its entity's file.
  const Node& field_node(const Entity&, const FieldName&) const;

  // These say what is wrong and give nullptr when there is no such thing.
  const System* known_system(const std::string& name, const Place&);
  const Entity* known_entity(const std::string& name, const Place&);
  const Field* known_field(const Entity&, const std::string& name, const Place&);
};

// The shape of each kind.
const Shape& hub_shape();
const Shape& environment_shape();
const Shape& system_shape();
const Shape& entity_shape();
const Shape& mapping_shape();
const Shape& flow_shape();
const Shape& access_shape();
const Shape& alerts_shape();

// A kind of file: which files of the folder are of it, and what is made of them.
struct Kind {
  std::string_view name;
  std::string_view place;  // a folder ("flows/"), or the one file
  const Shape& (*shape)();
  void (*read)(const Node&, Draft&);  // none: a manifest is read when a system names its connector
};
std::span<const Kind> kinds();  // in order of reading: what a kind needs of another stands before it
bool is_of(std::string_view file, const Kind&);

// Read one file's node, already judged by its shape, into the draft. Entities go before mappings, systems before both.
void read_hub(const Node&, Draft&);
void read_environment(const Node&, Draft&);
void read_system(const Node&, Draft&);
void read_entity(const Node&, Draft&);
void read_mapping(const Node&, Draft&);
void read_flow(const Node&, Draft&);

// The rules that a kind must keep with the rest of the hub, after everything has been read.
void judge_hub(Draft&);
void judge_environment(Draft&);
void judge_systems(Draft&);
void judge_entities(Draft&);
void judge_mappings(Draft&);
void judge_refs(Draft&);
void judge_flows(Draft&);
// Reads `direct:`, `fields:`, `when:` and `sweep:` into the flow, its entity and its mapping (direct.cpp).
void judge_direct(Flow&, const Node&, Draft&);
// Direct flows that come round: what one writes is what another, or itself, is told of.
void judge_direct_rounds(Draft&);
void judge_access(Draft&);
void judge_alerts(Draft&);

// A value of the field as a hub file writes it, in canonical form; says what is wrong and gives nothing when it does
// not fit.
std::optional<Value> value_of(const Field&, const Node&, const Hub&, Findings&);
// Compiles a condition over the entity's fields; says what is wrong with it.
std::optional<mapping::Expression> condition(const Node&, const Entity&, Draft&);
// The span of sweep: "every 5 minutes"; says when it is too short.
std::optional<milliseconds> sweep_at(const Node&, Findings&);
// Says which fields an expression over the entity's names that are none, and the texts that no value of an enum is.
void judge_reads(const mapping::Expression&, const Node& at, const Entity&, Draft&);

// The folder's files that are a hub's, and what in it looks like a slip ("mapping/", "x.yml").
std::vector<HubFile> read_folder(const std::string& folder, Findings&);
bool is_environment(const HubFile&);

// check() on files that are at hand, with connectors from `manifests`.
Checked check_files(const std::vector<HubFile>&, const std::string& environment, const ManifestSource& manifests);

}  // namespace linchpin::model
