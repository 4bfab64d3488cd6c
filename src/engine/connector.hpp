// The port to the connector runtime (connect/): a call as a value becomes a request; the world's answer becomes an
// outcome. Both are pure, so that paging, refresh, backoff and looking before repeating are states of the engine, and
// the simulator can be the world. An implementation is thread-safe: it holds its manifest and nothing that changes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/crypto.hpp"
#include "base/http.hpp"
#include "engine/change.hpp"
#include "engine/delivery.hpp"
#include "model/manifest.hpp"

namespace linchpin::engine {

// What one call asks of a system. `members`: the paths that the hub's mappings of the object read ("properties.email"),
// for systems that give only what is asked for.
struct ListCall {     // one page of an object's records; `since`: only what changed since (nothing: all).
  ObjectName object;  // The connector takes its own overlap off `since`
  std::optional<Instant> since;
  std::string cursor;  // of the page before; "" for the first
  std::vector<std::string> members;
  bool with_history = false;  // as in a FetchCall; of an object whose list tells it
};
struct CountCall {  // how many records of the object there are, as far as the system says: for telling of progress
  ObjectName object;
};
struct FetchCall {  // these records, whole. At most ObjectSpec::fetch_most, or history_most
  ObjectName object;
  std::vector<RecordId> records;
  std::vector<std::string> members;
  bool with_history = false;  // each with Record::edited; of an object that has a history
  // One record, which an answer left out without a word: asked for where the system must say whether it is there.
  bool alone = false;
};
struct WriteItem {
  DeliveryId delivery;
  GoldenId golden;
  RecordId record;  // "" to create
  // The object's members to set (mapping's out form), or an operation's arguments. Of an association {"to","was"}: the
  // ids of the other record, null for none.
  Json body;
  std::string idempotency_key;
};
struct WriteCall {  // items of one kind. At most ObjectSpec::create_most or update_most
  ObjectName object;
  Operation operation = Operation::Update;
  std::string named;  // the operation's name, or the association's
  std::vector<WriteItem> items;
};
struct LookCall {  // is there a record that carries this golden id? Immune to index lag
  ObjectName object;
  std::vector<GoldenId> goldens;
  std::vector<std::string> members;
};
struct HolderCall {  // which records hold a value that the system takes once; its outcome is a Fetched
  ObjectName object;
  std::string at;  // the path of the value: "Name", "properties.email"
  std::string value;
  std::vector<std::string> members;
  DeliveryId delivery{};  // that was refused for it
  GoldenId golden{};
};
struct PrepareCall {  // what the system must have before the hub writes (HubSpot: the property linchpin_id)
  std::vector<ObjectName> objects{};  // that the hub maps
};
struct AuthoriseCall {};  // a new access token from the refresh token or the client's secret
struct Call {
  CallId id;
  SystemName system;
  std::variant<ListCall, CountCall, FetchCall, WriteCall, LookCall, HolderCall, PrepareCall, AuthoriseCall> what;
  Json carry;  // the connector's own, between the steps of one call; null at first
};

// What a connection holds beside its file: read from the store (sealed there), secrets resolved from the environment.
struct Credential {
  std::map<std::string, Secret> secrets;  // of the environment: "token", "client_id", "client_secret", "webhook.secret"
  std::map<std::string, std::string> settings;  // "tenant"
  std::string base_url;                         // "" = the manifest's
  Secret access_token;                          // empty until authorised, for connections that need it
  Instant access_expires{};
  Secret refresh_token;  // rotating: durable in the store before it is used
};

// What it answered.
struct Hinted {
  RecordId id;
  Instant updated{};  // when it was changed last, as far as the list knows; epoch: it does not say
};
struct Listed {
  std::vector<Record> records;
  std::vector<Hinted> hints;  // of a search, which may be stale: to be fetched
  std::string next;           // cursor of the next page; "" at the end
};
struct Total {
  std::int64_t records = 0;
};
struct Fetched {
  std::vector<Record> records;
  std::vector<RecordId> gone{};  // that the system says it does not have. One that is in neither is in doubt
};
struct WriteResult {
  DeliveryId delivery;
  // Unknown: it may be there already (the system says that the hub's id exists): look before repeating.
  enum class Kind { Confirmed, Retry, Unknown, Dead, UniqueTaken, Gone } kind = Kind::Confirmed;
  std::optional<Record> record;  // what the system now holds (Confirmed), as far as it returned it
  Error error;                   // of the others; no value and no vendor's text in it
  std::string unique_at;         // UniqueTaken: the path whose value is taken, if it says
  milliseconds after{0};         // Retry: not before (0: backoff decides)
  bool alone = false;            // Retry: the system refused the batch and not this item: send it by itself
};
struct Written {
  std::vector<WriteResult> results;
};
struct Looked {
  std::vector<std::pair<GoldenId, Record>> found;
};
struct Prepared {};
struct Authorised {
  Secret access_token;
  Instant expires{};
  Secret refresh_token;
};  // refresh_token empty: unchanged
struct Continues {
  Json carry;
};  // the same call goes on with another request
// The whole call failed. Every answer is sorted into one of these, none by default.
struct Retry {
  milliseconds after{0};
  Error error;
};  // nothing was done; not before `after` (0: backoff decides)
struct Unauthorised {
  Error error;
};  // authorise again, then repeat
struct Unknown {
  Error error;
  bool settled = false;
};  // it may have been done: look before repeating. Settled: the system itself answered, so nothing of it is under way
struct Refused {
  Error error;
};  // never going to work as it is
using Outcome = std::variant<Listed, Total, Fetched, Written, Looked, Prepared, Authorised, Continues, Retry,
                             Unauthorised, Unknown, Refused>;

struct Window {      // a rate limit: `calls` in each `per`
  std::string name;  // "ten_seconds", "minute", "day"
  int calls = 0;
  milliseconds per{0};
  bool special = false;  // of one kind of call only: those whose special_window has its name
};
struct Limits {
  std::vector<Window> windows;  // as declared by the manifest
  int concurrent = 4;           // calls under way at once
};
struct Remaining {  // what an answer's headers say is left
  std::string window;
  int calls = 0;
};

enum class Signature { Good, Bad, Stale };

class Connector {
 public:
  virtual ~Connector() = default;
  virtual const model::Manifest& manifest() const = 0;
  virtual bool needs_access_token() const = 0;  // OAuth: AuthoriseCall before anything else
  virtual bool needs_prepare() const = 0;

  virtual Result<Request> request(const Call&, const Credential&, Instant now) const = 0;
  // `answer` is an error when none came (SystemUnreachable, nothing was sent: Retry; anything else: Unknown for
  // writes).
  virtual Outcome outcome(const Call&, const Result<Answer>& answer, Instant now) const = 0;

  // Whether a write whose outcome is unknown may be repeated without a look: an update, an upsert by the hub's own id,
  // or a call whose idempotency key the system remembers. The items must be those of the first attempt.
  virtual bool repeats_safely(const WriteCall&) const = 0;

  virtual Limits limits() const = 0;
  virtual std::vector<Remaining> remaining(const Answer&) const = 0;
  // The window that a call counts in beside the general ones ("search"), or "".
  virtual std::string special_window(const Call&) const = 0;

  // Webhooks. `request.url` is the raw target; `public_url` is the environment's. Constant time; every known secret
  // tried.
  virtual Signature verify(const Request&, const std::string& public_url, const Credential&, Instant now) const = 0;
  // What a correctly signed body says. EventUnreadable when it cannot be understood. Other tenants' events are left
  // out.
  virtual Result<std::vector<Event>> events(std::string_view body, const Credential&) const = 0;
};

}  // namespace linchpin::engine
