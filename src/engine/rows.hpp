// The rows of the state: what the engine puts into a commit and reads back. Flat and storable; what is private in them
// is sealed text (engine/seal.hpp). A Batch is a whole result: it is stored in one commit or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "engine/change.hpp"
#include "engine/delivery.hpp"

namespace linchpin::engine {

struct GoldenRow {
  GoldenId id;
  EntityName entity;
  std::int64_t version = 0;
  Instant created{};
  std::string sealed;  // Golden's fields
};
struct LinkRow {  // key: record and entity
  RecordKey key;
  EntityName entity;
  GoldenId golden;
  Instant confirmed{};
  bool gone = false;
  std::string sealed;  // the rest of Link
};
struct MatchKeyRow {  // key: all of it. A blind key that this link's record has
  std::string key;    // 16 bytes: a keyed hash under the match key
  EntityName entity;
  GoldenId golden;
  RecordKey record;
};
struct DeliveryRow {
  DeliveryId id;
  SystemName system;
  ObjectName object;
  RecordId record;
  GoldenId golden;
  EntityName entity;
  MappingName mapping;
  FlowName flow;
  Operation operation = Operation::Update;
  std::string named;
  Priority priority = Priority::Realtime;
  bool regulated = false;
  DeliveryState state = DeliveryState::Pending;
  int attempt = 0;
  int suffix = 0;
  Instant due{};
  Instant made{};
  Instant seen{};
  ChangeId change;
  std::string idempotency_key;
  std::string sealed;  // Delivery's values
};

struct FamilyRows {  // a golden record with all that hangs on it
  GoldenRow golden;
  std::vector<LinkRow> links;           // by record and entity
  std::vector<DeliveryRow> deliveries;  // by id
};
std::vector<GoldenId> goldens_of(const std::vector<DeliveryRow>&, std::size_t most);  // of the first `most` rows
struct DeadLetterRow {
  std::string id;    // "d" and the digest of what it is about (question_id)
  std::string kind;  // "field", "change", "delivery", "event", "call": a list or a preparation that is not understood
  SystemName system;
  EntityName entity;
  FieldName field;
  FlowName flow;
  std::string code, message, place;  // of the Error: never a value
  Instant since{};
  bool regulated = false;
  GoldenId golden;
  RecordKey record;
  std::string sealed;  // what a person with the right needs to mend it
};
struct ReviewRow {
  std::string id;    // "r" and the digest of what it asks (question_id)
  std::string kind;  // "match", "foreign_write", "conflict", "unique_taken", "deleted", "brake", "short_list"
  SystemName system;
  EntityName entity;
  FieldName field;
  std::string code, message;
  Instant since{};
  bool regulated = false;
  GoldenId golden;             // the candidate, or the record that is asked about
  RecordKey record;            // the record that waits
  std::string state = "open";  // open, accepted, rejected: an answer is kept and outlives every rematch
  std::string by;
  Instant answered{};
  std::string sealed;
};
struct AuditRow {       // not yet in the tree: the sequencer gives it its index
  std::int64_t id = 0;  // the order of commit
  std::string person;   // a tag: HMAC(the person's audit key, "tag"), hex; "" when no person is concerned
  std::string body;     // canonical JSON, without "index", "person" and "previous"; at most audit_body_max
};
// An entry of the log has at most 65,535 bytes (C2SP tlog-tiles), with the index, person and previous that it is given.
// A commit with a larger body is refused: it could never be logged.
inline constexpr std::size_t audit_body_max = 65'000;
struct CursorRow {  // key: system, object, purpose
  SystemName system;
  ObjectName object;
  std::string purpose;  // "first_load", "sweep"; "share" of a flow, "keys" of an entity, whose name is in `object`
  std::string cursor;   // the vendor's, of the next page; "" at the start. Of keys: "made by/golden id that is done"
  std::optional<Instant> since;
  Instant at{};       // when the run began
  bool done = false;  // the run has come to its end
};
struct CredentialRow {
  SystemName system;
  std::string sealed;
};
struct RegisterRow {  // one applied version of the hub files
  std::int64_t version = 0;
  std::string digest, by, why;
  Instant at{};
  std::string sealed;  // its files and what changed with it (register.hpp), under the hub's key
};
struct AppRow {
  std::string name, token_hash;  // SHA-256, hex
  Instant made{};
  bool revoked = false;
};
struct PastRow {        // one change or one write of ours, of one golden record (past.hpp)
  std::int64_t id = 0;  // the order of commit
  GoldenId golden;
  ChangeId change;  // what brought it
  Instant at{};
  bool written = false;  // a system was written to
  std::string sealed;    // Past's turns
};
struct MetaRow {
  std::string key, value;
};

struct Batch {
  std::vector<GoldenRow> goldens;  // put
  std::vector<LinkRow> links;      // put
  std::vector<std::pair<RecordKey, EntityName>> links_dropped;
  std::vector<std::pair<RecordKey, std::string>> at_rest;  // of all links of a record: at_rest.hpp. A put forgets it
  std::vector<std::pair<RecordKey, EntityName>> match_keys_dropped;  // all keys of that link, before match_keys are put
  std::vector<MatchKeyRow> match_keys;                               // put
  std::vector<DeliveryRow> deliveries;                               // put by id
  std::vector<DeliveryId> deliveries_dropped;
  std::vector<DeadLetterRow> dead_letters;  // put by id
  std::vector<std::string> dead_letters_dropped;
  std::vector<ReviewRow> reviews;          // put by id
  std::vector<AuditRow> audit;             // insert; ids are the store's own and ignored here
  std::vector<CursorRow> cursors;          // put
  std::vector<CredentialRow> credentials;  // put
  std::vector<RegisterRow> registers;      // insert
  std::vector<AppRow> apps;                // put by name
  std::vector<MetaRow> metas;              // put
  std::vector<PastRow> past;               // insert; ids are the store's own and ignored here
  std::optional<Instant> past_forgotten;   // what is older is dropped
  std::vector<Settles> done;               // insert: a change is merged once (a second insert fails the commit)
  std::vector<Position> done_whole;        // every item of the entry is done
  std::vector<std::pair<SystemName, std::string>> seen;  // insert or keep: keyed digest of an event (32 bytes)
  bool empty() const;
  bool only_rests() const;  // but for at_rest, which can be lost, there is nothing
  // Whether all that it says is what systems have confirmed. Such a commit may wait for the next one to be durable:
  // lost with the power, it is as if the answers had not come, and what was sent is looked at like any other.
  bool only_confirms() const;
};

}  // namespace linchpin::engine
