// A connector's manifest: what it knows of one kind of application, as declared in connectors/NAME/manifest.yaml. What
// it cannot say is the connector's dialect.cpp. Shapes here are for connect/, which makes it speak; the reader judges
// it like any hub file, with file:line:column.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace linchpin::model {

// What a system can tell of when others than the hub edited a record: nothing, one time of the whole, or one of each
// member ("properties.email").
enum class History { None, OfRecord, OfMembers };

// Records of another object that belong to a record, told and written by requests of their own. A mapping reads one as
// the member "associations.NAME": the id of the other record, or null.
struct AssociationSpec {
  ObjectName to;
  int set_most = 1, clear_most = 1;  // records in one call
};

struct ObjectSpec {
  ObjectName name;
  bool hint_only = false;  // webhooks and searches give ids; a record is fetched before it is used
  std::string hub_id_at;   // the path in a record that holds the hub's own id ("properties.linchpin_id"); "" = none
  std::vector<std::string> unique;  // paths whose values the system holds once ("properties.email", "Name")
  bool can_create = false, can_update = false, can_delete = false;
  bool can_fetch = false;  // a system that is only written to has nothing to be read
  int fetch_most = 1, create_most = 1, update_most = 1, delete_most = 1;  // records in one call
  int look_most = 0;  // golden ids in one look; 0: the system cannot be asked by the hub's own id
  History history = History::None;
  bool tells_people = false;              // it tells what a person wrote from what an app did
  int history_most = 1;                   // records in one fetch with their history
  bool lists_history = false;             // a list tells it as well
  bool counts = false;                    // it can be asked how many there are
  std::set<std::string> tells_holders{};  // paths of which it can be asked who holds a value ("Name")
  std::map<std::string, AssociationSpec> associations{};
};

struct Manifest {
  std::string name;                   // "hubspot"
  std::string title;                  // "HubSpot"
  std::vector<std::string> secrets;   // names that a connection must give: "token", "webhook.secret"
  std::vector<std::string> settings;  // "tenant"
  std::vector<std::string> hosts;     // the only hosts that a credential goes to
  std::map<std::string, std::vector<std::string>> api_versions;  // family → versions that it speaks
  std::vector<ObjectSpec> objects;
  std::vector<std::string> operations;  // what a flow's `do:` may name: "create_check"
  Json document;                        // the whole manifest as JSON: what connect/ interprets
  const ObjectSpec* object(const ObjectName&) const;
};

// Parses a manifest's text; `file` names it in errors.
Result<std::shared_ptr<const Manifest>> parse_manifest(const std::string& file, std::string_view text);
// The manifests that ship with the program, by name; NotFound otherwise.
Result<std::shared_ptr<const Manifest>> shipped_manifest(std::string_view connector);

}  // namespace linchpin::model
