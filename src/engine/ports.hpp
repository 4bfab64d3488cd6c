// The ports: what the engine asks of the world that keeps things. store/ implements Inbox, Store, KeyStore and
// AuditStore three times (SQLite, PostgreSQL, the simulator's), vault/ implements Keys over a KeyStore. One contract
// suite: store_contract.hpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "engine/rows.hpp"

namespace linchpin::engine {

// An entry of the inbox: a webhook's body as it came, or (Trigger::Api) records that a person wants read again.
struct InboxEntry {
  Position position;  // given by append
  SystemName system;
  ObjectName object;
  Trigger trigger = Trigger::Webhook;
  Instant at{};     // when it came
  std::string day;  // "2026-11-24": which key it is sealed with, which file it is in
  std::string sealed;
};

// The inbox: durable and ordered, in files of its own (one a day), with a writer thread of its own that commits in
// groups.
class Inbox {
 public:
  virtual ~Inbox() = default;
  // Appends, and calls `done` from the writer's thread when the entry is durable (its position), or cannot be (an
  // error: nothing was stored). After a failed write nothing is acknowledged until the file has been reopened and read
  // back. Thread-safe. Never blocks; TooBusy at once when more than the limit waits.
  virtual void append(InboxEntry, std::function<void(Result<Position>)> done) = 0;
  // Durable entries with position > `after`, in order. For the engine's thread; sees all that was acknowledged.
  virtual Result<std::vector<InboxEntry>> read(Position after, std::size_t most) = 0;
  virtual Result<Position> last() = 0;  // the highest durable position, over all days; 0 when empty
  // Positions go on after it, where they have ended before: what is appended is never taken for what was read.
  virtual Result<void> go_on_after(Position) = 0;
  // Drops whole days before `day` (unlinks their files).
  virtual Result<void> forget_before(const std::string& day) = 0;
};

// The state: golden records, links, the outbox and all that is committed with them. One caller: the engine's thread.
// Reads see the last commit.
class Store {
 public:
  virtual ~Store() = default;
  // All of it, durably, or nothing; a batch that only confirms is durable with the next one that does not, or with the
  // audit log's next checkpoint, at the latest. StoreUnavailable when the world refuses (a full disk): the caller keeps
  // its work and tries again. Fails with InvariantBroken if an item of `done` is done already (or its entry is), and
  // then stores nothing.
  virtual Result<void> commit(const Batch&) = 0;

  // Golden records with all that hangs on them, of those that there are; one round trip or a few for any number.
  virtual Result<std::vector<FamilyRows>> families(const std::vector<GoldenId>&) = 0;
  virtual Result<std::vector<GoldenRow>> goldens(const EntityName&, const GoldenId& after,
                                                 std::size_t most) = 0;  // by id
  virtual Result<std::vector<LinkRow>> links_of(const SystemName&, const ObjectName&,
                                                const std::vector<RecordId>&) = 0;  // by record, then entity
  virtual Result<std::vector<LinkRow>> links_in(
      const SystemName&, const ObjectName&, const RecordId& after,
      std::size_t most) = 0;  // by record; all links of one together, so more than `most` can come
  // Of those of the records that are linked: what Batch::at_rest said of them, where no link was put since.
  virtual Result<std::map<RecordId, std::string>> at_rest(const SystemName&, const ObjectName&,
                                                          const std::vector<RecordId>&) = 0;
  virtual Result<std::int64_t> linked(const SystemName&, const EntityName&) = 0;  // how many links, the gone ones too
  virtual Result<std::vector<MatchKeyRow>> match_keys(const EntityName&, const std::string& key, std::size_t most) = 0;
  virtual Result<std::vector<MatchKeyRow>> match_keys_of(const GoldenId&) = 0;

  // Deliveries of one system that are Pending and due, by priority, then id.
  virtual Result<std::vector<DeliveryRow>> due(const SystemName&, Instant now, std::size_t most) = 0;
  virtual Result<std::optional<Instant>> next_due(const SystemName&) = 0;
  virtual Result<std::optional<DeliveryRow>> delivery(DeliveryId) = 0;
  virtual Result<std::vector<DeliveryRow>> deliveries_in(DeliveryState, std::size_t most) = 0;
  virtual Result<DeliveryId> last_delivery() = 0;  // the highest that ever was, dropped ones too

  virtual Result<std::vector<DeadLetterRow>> dead_letters() = 0;       // by since
  virtual Result<std::vector<ReviewRow>> reviews(bool open_only) = 0;  // by since
  virtual Result<std::optional<ReviewRow>> review(const std::string& id) = 0;
  virtual Result<std::vector<ReviewRow>> reviews_of(const RecordKey&) = 0;
  virtual Result<std::vector<ReviewRow>> reviews_of(const GoldenId&) = 0;

  virtual Result<std::optional<CursorRow>> cursor(const SystemName&, const ObjectName&, const std::string& purpose) = 0;
  virtual Result<std::optional<CredentialRow>> credential(const SystemName&) = 0;
  virtual Result<std::vector<RegisterRow>> registers() = 0;  // by version
  virtual Result<std::vector<AppRow>> apps() = 0;
  virtual Result<std::optional<std::string>> meta(const std::string& key) = 0;

  // What was before (past.hpp).
  struct PastAsked {
    ChangeId change;         // what it brought; or "": what was written
    Instant since{};         //   since then
    std::int64_t up_to = 0;  // the last row that counts
  };
  virtual Result<std::vector<GoldenId>> past_goldens(const PastAsked&, const GoldenId& after, std::size_t most) = 0;
  virtual Result<std::vector<PastRow>> past_of(const GoldenId&) = 0;  // by id
  struct PastSpan {
    Instant first{};        // of the oldest; epoch when there is none
    std::int64_t last = 0;  // the highest id that is there
  };
  virtual Result<PastSpan> past_span() = 0;

  struct Done {
    std::set<Position> whole;
    std::map<Position, std::set<int>> items;  // of entries that are not wholly done
  };
  virtual Result<Done> done(Position first, Position last) = 0;  // of these entries and those between them
  virtual Result<Position> done_up_to() = 0;                     // every entry up to it is wholly done
  virtual Result<std::set<std::string>> seen(const SystemName&,
                                             const std::vector<std::string>& digests) = 0;  // of them

  struct Depth {
    SystemName system;
    Priority priority;
    std::int64_t count;
  };
  virtual Result<std::vector<Depth>> outbox_depth() = 0;  // of what is to be sent: not the dead, nor what is held
  struct Letters {
    SystemName system;
    FlowName flow;
    std::int64_t count;
  };
  virtual Result<std::vector<Letters>> letters_waiting() = 0;
  struct Questions {
    std::string kind;
    std::int64_t count;
  };
  virtual Result<std::vector<Questions>> questions_open() = 0;
};

// Keys at rest, in a file of their own that ordinary backups leave out.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  // The sealed keys of those names that there are, in one go.
  virtual Result<std::map<std::string, std::string>> get(const std::vector<std::string>& names) = 0;
  virtual Result<void> put(
      const std::vector<std::pair<std::string, std::string>>& keys) = 0;  // durable when it returns
  // Puts the key unless there is one of that name: several processes may make one at once. What is there then, durable.
  virtual Result<std::string> put_new(const std::string& name, const std::string& sealed) = 0;
  virtual Result<void> destroy(const std::string& name) = 0;  // gone from the file's free pages and -wal too
  virtual Result<std::vector<std::string>> names(
      const std::string& prefix) = 0;  // in order: days to forget, keys to rotate
};

// Keys as the engine uses them. A golden record's data key is durable before the first row sealed with it.
class Keys {
 public:
  virtual ~Keys() = default;
  virtual Result<Secret> of(const GoldenId&) = 0;  // KeyMissing when it was destroyed
  virtual Result<void> fetch(
      const std::vector<GoldenId>&) = 0;     // reads several in one go, before of() is asked for them
  virtual Secret make(const GoldenId&) = 0;  // in memory until flush()
  virtual Result<void> flush() = 0;          // before the commit that holds what they sealed
  virtual Result<Secret> of_day(
      const std::string& day) = 0;  // "2026-11-24"; made durable if there is none. Thread-safe
  // Destroys the keys of the inbox's days before `day`: what they sealed is gone in every copy.
  virtual Result<void> forget_days_before(const std::string& day) = 0;
  virtual Result<Secret> of_hub() = 0;  // seals credentials and what belongs to no person. Thread-safe
  virtual std::string blind(std::string_view domain, std::string_view value) = 0;   // 16 bytes under the match key
  virtual std::string digest(std::string_view domain, std::string_view value) = 0;  // 32 bytes under a key of the hub
};

// The audit log's tree and its queue (audit/ over store/).
struct Leaf {
  std::int64_t index = 0;
  std::string entry;  // the exact bytes
  std::string person;
  std::int64_t row = 0;  // the AuditRow that it was
};
struct TreeNode {
  int level = 0;
  std::int64_t index = 0;
  std::string hash;
};  // MTH of entries [index·2^level, (index+1)·2^level), complete only
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  virtual Result<std::vector<AuditRow>> waiting(std::size_t most) = 0;  // in order of commit
  virtual Result<std::optional<std::int64_t>> last_index_of(const std::string& person) = 0;
  virtual Result<std::int64_t> size() = 0;  // leaves in the tree
  // Puts leaves and nodes, drops the rows that they were, in one commit. Indexes are gap-free: `leaves` start at
  // size(). Durable with the next checkpoint, at the latest.
  virtual Result<void> integrate(const std::vector<Leaf>& leaves, const std::vector<TreeNode>& nodes) = 0;
  virtual Result<void> checkpoint(std::int64_t size, const std::string& note) = 0;  // keeps it, durable
  virtual Result<std::optional<std::pair<std::int64_t, std::string>>> last_checkpoint() = 0;
  virtual Result<std::vector<Leaf>> leaves(std::int64_t from, std::size_t most) = 0;
  virtual Result<std::optional<std::string>> node(int level, std::int64_t index) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
};
class Random {
 public:
  virtual ~Random() = default;
  virtual std::string bytes(std::size_t count) = 0;
  virtual std::uint64_t below(std::uint64_t bound) = 0;  // uniform, bound > 0
};

}  // namespace linchpin::engine
