// The hub: everything that a firm has decided, read from its folder and judged. A value: shared as shared_ptr<const
// Hub>, never changed. What stands here has passed check(), so the engine need not doubt it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "mapping/derivation.hpp"
#include "mapping/mapping.hpp"
#include "model/manifest.hpp"
#include "model/schedule.hpp"

namespace linchpin::model {

// Where a secret is: resolved when the hub starts, never stored. "file:~/.config/x", "env:NAME", "exec:command",
// "credential:name" (systemd). hashicorp-vault: is refused by check until it is built.
struct SecretSource {
  std::string kind;     // "file", "env", "exec", "credential"
  std::string locator;  // the rest
  // `auth: { client: … }` gives client_id and client_secret as one text, "id:secret": which part of it this is.
  enum class Part { Whole, BeforeColon, AfterColon } part = Part::Whole;
  Place place;
};

struct Connection {  // environments/*.yaml, connections:
  SystemName system;
  std::string base_url;  // "" = the manifest's
  std::map<std::string, SecretSource>
      secrets;  // by the manifest's names: "token", "client_id", "client_secret", "refresh_token", "webhook.secret"…
  std::map<std::string, std::string> settings;  // by the manifest's names: "tenant"
  bool allow_private_address = false;           // a sandbox on this machine (http and loopback allowed)
  Place place;
};
struct Environment {
  std::string name;
  std::string listen = "127.0.0.1:8480";
  std::string public_url;             // what signatures cover; never taken from Host
  std::string store = "sqlite:data";  // a folder, or postgresql://USER@HOST/DATABASE
  std::string key_store;              // another database for the data keys; "": beside the store
  std::optional<SecretSource> store_password, key_store_password;
  bool on_postgres() const { return store.starts_with("postgresql:"); }
  SecretSource master_key, match_key, log_key;
  std::map<SystemName, Connection> connections;
  std::map<std::string, SecretSource> secrets;  // secrets: what `secret:NAME` elsewhere means
};

struct System {  // systems/*.yaml
  SystemName name;
  std::shared_ptr<const Manifest> connector;
  std::map<std::string, std::string> api_version;
  Class ceiling = Class::Internal;
  std::set<std::string> restricted_fields;  // "contact.date_of_birth"
  std::string purpose, country;
  double keep_for_realtime = 0.3;  // the share of each limit that background work leaves alone
  Place place;
};

enum class Rule { Owner, Recency, Priority, Oldest, Union, Strictest, Review };
enum class ForeignWrite { Review, Restore, Ignore };
struct Field {  // entities/*.yaml, fields:
  FieldName name;
  Type type = Type::Text;
  Type item = Type::Text;               // of list<T>
  Class clazz = Class::ComplianceOnly;  // a field without a class has the highest
  Rule rule = Rule::Owner;
  SystemName owner;                  // rule Owner
  std::vector<SystemName> priority;  // rule Priority
  ForeignWrite on_foreign_write = ForeignWrite::Review;
  std::optional<mapping::Derivation> from;  // made of others of the entity
  std::vector<std::string> values;          // enum
  EntityName to;                            // ref
  std::optional<Value> otherwise;           // default:
  std::string region;
  bool regulated = false;
  bool keep = true;
  Place place;
};
struct AgreeOn {
  FieldName field;
  bool nearly = false;
};  // "given_name ~"
struct SameRule {
  std::vector<AgreeOn> agree;
  std::vector<FieldName> two_of;
  Place place;
};
// likely: pairs that no exact rule decides, weighed by the model that is built in.
struct LikelyRule {
  std::vector<FieldName> compare;
  std::optional<double> accept;  // from this probability on nobody is asked
  double review = 0.5;           // from this one on a person is
};
struct MatchRules {
  std::vector<FieldName> never_differs;  // never: [date_of_birth differs]
  std::vector<SameRule> same;
  std::optional<LikelyRule> likely;
  int shared = 3;  // a value that so many differently named records hold identifies nobody
  std::map<FieldName, std::vector<Value>> not_values;
  // protect: [verification is verified]. A golden record of which one holds is linked by nobody but a person.
  std::vector<std::pair<FieldName, Value>> protect;
};
enum class OnDelete { Detach, Propagate, Review };
// How much a flow may write to a system in a while before a person is asked.
struct Brake {
  std::int64_t most = 0;  // writes, or percent of the records that the system has
  bool percent = false;
  milliseconds window{};
  std::string text;  // as it is written: "200 an hour", "5% a day"
};
struct Brakes {
  std::optional<Brake> creates, updates, deletes;
};

struct Entity {
  EntityName name;
  std::vector<Field> fields;       // in the file's order
  std::vector<FieldName> derived;  // those that are made of others, each behind those that it is made of
  std::vector<std::vector<FieldName>> together;
  MatchRules match;
  OnDelete on_delete = OnDelete::Detach;
  Brakes brakes;
  Place place;
  const Field* field(std::string_view) const;  // nullptr when there is none
};

enum class Pace { No, Realtime, Batch };
struct FlowSystem {
  SystemName system;
  Pace read = Pace::No, write = Pace::No;
  std::optional<milliseconds> sweep;          // how often a realtime source is also asked what has changed
  std::optional<Schedule> read_at, write_at;  // of Pace::Batch
  std::optional<mapping::Expression> when;    // which golden records this system gets
  Place place;
};
// What a flow does with what it would write. Link: reads and links, and makes no delivery. Shadow: makes every delivery
// and sends none. Pilot: sends those of the records that are in the pilot. Off: asks its systems for nothing, either.
enum class Mode { Live, Pilot, Shadow, Link, Off };
std::string_view to_text(Mode);
struct Pilot {        // the records that a pilot writes
  int part = 10'000;  // of ten thousand
  std::optional<mapping::Expression> where;
};
struct Flow {
  FlowName name;
  enum class Kind { Keep, Do, Post, Direct, Manual } kind = Kind::Keep;
  // keep
  EntityName entity;                  // also of `on:`
  std::vector<FlowSystem> systems;    // in the file's order: the order that breaks ties
  std::optional<Schedule> reconcile;  // when what its systems hold is compared
  Mode mode = Mode::Live;
  Pilot pilot;
  // on: contact.lifecycle_stage becomes client
  FieldName on_field;
  Value on_value;
  // do: idcheck.create_check
  SystemName do_system;
  std::string do_operation;  // an operation of the connector's manifest
  std::vector<FieldName> send;
  std::map<FieldName, Value> then;  // of the same golden record
  // post
  std::string app;
  std::vector<std::string> post;  // fields, and "id"
  // manual: who or what carries it; from where to where (systems, or places that are none), and which fields
  std::string manual, from, to;
  std::vector<std::string> carries;
  bool regulated = false;
  std::string alert, why;
  Place place;
};

struct App {
  std::string name;
};  // access.yaml's apps and experiences come with their rooms

struct HubFile {
  std::string name;  // below the folder: "mappings/xero.contacts.yaml"
  std::string text;
};

struct Hub {
  std::string name;
  std::string zone = "UTC";                    // an IANA name
  std::map<std::string, milliseconds> retain;  // only spans; events are kept as text elsewhere
  Environment environment;
  std::map<SystemName, System> systems;
  std::map<EntityName, Entity> entities;
  std::map<MappingName, mapping::Mapping> mappings;
  std::map<FlowName, Flow> flows;
  // What the register keeps of a version: the files but those of environments, which say where a hub runs and not what
  // it does; and SHA-256 (hex) over their names and bytes, the version's identity.
  std::vector<HubFile> files;
  std::string digest;

  const Entity& entity(const EntityName& n) const { return entities.at(n); }
  const System& system(const SystemName& n) const { return systems.at(n); }
  // The mappings of one object, or of one entity in one system.
  std::vector<const mapping::Mapping*> mappings_of(const SystemName&, const ObjectName&) const;
  const mapping::Mapping* mapping_for(const EntityName&, const SystemName&) const;  // the writable one; else the first
  std::vector<const Flow*> flows_of(const EntityName&) const;                       // kind Keep
};

// What somebody wrote, as the field's type has it. `zone`: of a time without one. Errors are without a place, and do
// not repeat what was written.
Result<Value> typed_value(const Field&, const std::string& zone, const Json& given);

// What `linchpin check` says. Mistakes are all of them, in order of file and line.
struct Finding {
  Error error;
  bool warning = false;
};
struct Disclosure {
  SystemName system;
  std::string field;
  Class clazz;
  std::string purpose, country;
};
struct Checked {
  std::vector<Finding> findings;
  std::vector<Disclosure> disclosure;  // who may receive what
  std::shared_ptr<const Hub> hub;      // null when there is a mistake that is no warning
};
// Reads the folder. `environment` empty: the only one, or "staging".
Checked check(const std::string& folder, const std::string& environment);
// The same of files that were kept from a folder, in the environment that the folder has now.
Checked check_kept(std::vector<HubFile> files, const std::string& folder, const std::string& environment);
// For `linchpin check --json`:
// {"errors":[{"file","line","column","code","message","remedy"}],"warnings":[…],"disclosure":[…]}
Json to_json(const Checked&);

}  // namespace linchpin::model
