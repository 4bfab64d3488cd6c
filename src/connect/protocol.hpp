// A manifest's document, compiled: paths parsed, expressions compiled, choices made. What docs/internals/manifest.md
// says of each key is here as a shape. Made once for a connector, never changed.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "connect/condition.hpp"
#include "connect/fill.hpp"
#include "connect/moment.hpp"
#include "engine/change.hpp"
#include "engine/connector.hpp"
#include "mapping/path.hpp"
#include "model/manifest.hpp"

namespace linchpin::connect {

// One request, as templates (fill.hpp).
struct Send {
  std::string method, path;
  Json query, headers, body;
};

struct MomentAt {
  mapping::Path at;
  MomentForm form = MomentForm::Rfc3339;
};
// The edits that a record's history lists; those that fit `ours` are the hub's own. `each_under`: at `at` are lists,
// one for each member of that object in the record; "" = one list, of the whole record.
struct Edits {
  mapping::Path at;
  std::string each_under;
  MomentAt time;
  std::optional<Condition> ours;
  std::optional<Condition> people;  // made by a person, and by no app
};
// Where in a record what the engine needs of it is.
struct RecordShape {
  mapping::Path id;
  std::optional<MomentAt> updated, created;
  std::optional<Edits> edits;  // in what `history` read
  std::optional<Condition> archived;
  std::optional<mapping::Path> merged_into, merged_from, hub_id;
};

// How a list goes on. Cursor: the answer names the next. Page: 1, 2, … until a page is not full. LastId: the last
// record's id, until a page is not full (keyset).
struct Next {
  enum class Kind { End, Cursor, Page, LastId } kind = Kind::End;
  mapping::Path at;                    // Cursor
  std::size_t full = 0;                // Page, LastId
  std::optional<mapping::Path> total;  // Page: where a page says how many records all pages have together
};
struct Join {  // a further request for a record, whose answer becomes a member of it
  Condition where;
  Send send;
  std::string as;
};
// How the parts of an answer find their items.
enum class ItemKey { Record, Golden, Delivery };
struct Parts {
  mapping::Path at;
  std::vector<std::pair<mapping::Path, ItemKey>> by;
  bool in_order = false;
  std::optional<Condition> bad;  // a part that fits is an error
};
struct Reading {
  Send send;
  mapping::Path records;
  std::optional<Parts> failed;  // per-record errors beside the records (207); `by`, where they name their records
  bool hints = false;           // the records are no more than ids
  std::string window;           // a special window of the limits
  milliseconds overlap{0};
  std::string first_cursor;
  Next next;
  bool one_by_one = false;  // a request for each record or golden id
  std::vector<Join> joins;
};

struct Counting {  // how many records of an object there are
  Send send;
  mapping::Path total;
  std::string window;  // a special window of the limits
};

struct Writing {
  ObjectName object;  // of an operation: what its answer is a record of
  Send send;
  int most = 1;
  Writes writes;
  bool repeats_safely = false;
  Parts results;
  bool silent = false;  // a success says nothing of its items
  std::optional<Parts> failed;
};

// Of records of another object that belong to a record, the one that is meant: laid into the record as
// associations.NAME.
struct Association {
  Reading read;                    // for all records of a page; in its answer, for each of them:
  mapping::Path of, each, id;      // whose it is, what belongs to it, and the id in one of those
  std::optional<Condition> which;  // of those
  std::optional<Writing> set, clear;
};

struct Members {      // for systems that give only what is asked for
  std::string under;  // "properties": of "properties.email", "email" is asked for
  std::vector<std::string> always;
};
struct ObjectProtocol {
  RecordShape record;
  std::optional<Members> members;
  std::optional<Counting> count;
  std::optional<Reading> list, list_history, changed, fetch, history, look;
  std::optional<Reading> fetch_one;          // of a record that `fetch` left out without a word
  std::map<std::string, Reading> holders{};  // by the path of a value that the system takes once: who holds one
  std::optional<Writing> create, update, remove;
  std::map<std::string, Association> associations;
};

struct ErrorRule {
  enum class Is { Retry, Unauthorised, Unknown, Refused, UniqueTaken, Gone };
  std::set<int> statuses;  // none: any that is no success
  Condition where;
  HeaderCondition headers;
  Is is = Is::Refused;
  milliseconds after{0};
  std::string unique_at;
  std::optional<Code> code;
};

struct Ensure {   // of prepare
  ObjectName of;  // "": whatever is mapped
  Send exists;
  Condition must;
  std::string fix;
  Send otherwise;
};

struct Auth {
  enum class Kind {
    Bearer,
    OAuth,
    Signed
  } kind = Kind::Bearer;         // Signed: by Standard Webhooks, and no header says who
  std::string secret;            // Bearer, Signed: the secret's name
  std::string grant, token_url;  // OAuth: refresh_token or client_credentials
  bool basic = true;             // the client in an Authorization header; else in the form
};

struct LimitWindow {
  engine::Window window;
  std::string remaining;  // the header's name; "" = none
};

struct SignatureScheme {
  enum class Part { Method, Url, Body, Timestamp, Id };
  std::string header;
  bool hex = false;       // else base64
  std::string prefix;     // "sha256="
  bool whsec = false;     // the key is what base64 after whsec_ gives; else the secret's text
  std::string separator;  // of several signatures in the header; "" = one
  std::set<std::string> hmac_versions, ed25519_versions;  // "v1": of "v1,SIGNATURE"; none: signatures stand bare
  std::vector<Part> signs;
  std::string joined_by;
  std::vector<std::string> unescape;  // of the URL before it is signed
  std::string id_header;
  std::string timestamp_header;  // "" = none is signed
  bool timestamp_ms = false;
  milliseconds tolerance{300'000};
};
struct EventKindRule {
  Condition where;
  engine::EventKind kind = engine::EventKind::Changed;
  ObjectName object;
  mapping::Path record;
  std::string property;                 // a template
  std::optional<mapping::Path> values;  // where the event carries the whole record; else it is a hint
};
struct EventShape {
  mapping::Path at;
  bool single = false;
  std::string id;  // a template over the event
  MomentAt time;
  std::optional<mapping::Path> tenant;
  std::string tenant_setting;
  std::vector<EventKindRule> kinds;
};

struct Protocol {
  std::string base_url;
  Auth auth;
  Json headers;  // of every request; templates
  std::vector<ErrorRule> errors;
  int concurrent = 4;
  std::vector<LimitWindow> windows;
  std::vector<Ensure> prepare;
  std::map<ObjectName, ObjectProtocol> objects;
  std::map<std::string, Writing> operations;
  std::vector<SignatureScheme> signatures;
  std::optional<EventShape> events;
};

// The error names the key ("objects.contacts.list.next") and what is wrong there.
Result<Protocol> read_protocol(const model::Manifest&);

}  // namespace linchpin::connect
