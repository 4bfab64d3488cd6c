// The stores of the simulated world, and the only fakes of the engine's unit tests: Store, AuditStore, Inbox and
// KeyStore in memory, under the contract of store/store_contract.hpp. Each is a value: a copy is a backup, an
// assignment a restore. They refuse on request, as a full disk does.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "engine/ports.hpp"
#include "store/append_queue.hpp"

namespace linchpin::sim {

// What it holds is what was committed: a crash loses nothing of it.
class Store : public engine::Store {
 public:
  Result<void> commit(const engine::Batch&) override;

  Result<std::vector<engine::FamilyRows>> families(const std::vector<GoldenId>&) override;
  Result<std::vector<engine::GoldenRow>> goldens(const EntityName&, const GoldenId& after, std::size_t most) override;
  Result<std::vector<engine::LinkRow>> links_of(const SystemName&, const ObjectName&,
                                                const std::vector<RecordId>&) override;
  Result<std::vector<engine::LinkRow>> links_in(const SystemName&, const ObjectName&, const RecordId& after,
                                                std::size_t most) override;
  Result<std::map<RecordId, std::string>> at_rest(const SystemName&, const ObjectName&,
                                                  const std::vector<RecordId>&) override;
  Result<std::int64_t> linked(const SystemName&, const EntityName&) override;
  Result<std::vector<engine::MatchKeyRow>> match_keys(const EntityName&, const std::string& key,
                                                      std::size_t most) override;
  Result<std::vector<engine::MatchKeyRow>> match_keys_of(const GoldenId&) override;

  Result<std::vector<engine::DeliveryRow>> due(const SystemName&, Instant now, std::size_t most) override;
  Result<std::optional<Instant>> next_due(const SystemName&) override;
  Result<std::optional<engine::DeliveryRow>> delivery(DeliveryId) override;
  Result<std::vector<engine::DeliveryRow>> deliveries_in(engine::DeliveryState, std::size_t most) override;
  Result<DeliveryId> last_delivery() override;

  Result<std::vector<engine::DeadLetterRow>> dead_letters() override;
  Result<std::vector<engine::ReviewRow>> reviews(bool open_only) override;
  Result<std::optional<engine::ReviewRow>> review(const std::string& id) override;
  Result<std::vector<engine::ReviewRow>> reviews_of(const RecordKey&) override;
  Result<std::vector<engine::ReviewRow>> reviews_of(const GoldenId&) override;

  Result<std::optional<engine::CursorRow>> cursor(const SystemName&, const ObjectName&,
                                                  const std::string& purpose) override;
  Result<std::optional<engine::CredentialRow>> credential(const SystemName&) override;
  Result<std::vector<engine::RegisterRow>> registers() override;
  Result<std::vector<engine::AppRow>> apps() override;
  Result<std::optional<std::string>> meta(const std::string& key) override;

  Result<std::vector<GoldenId>> past_goldens(const PastAsked&, const GoldenId& after, std::size_t most) override;
  Result<std::vector<engine::PastRow>> past_of(const GoldenId&) override;
  Result<PastSpan> past_span() override;

  Result<Done> done(Position first, Position last) override;
  Result<Position> done_up_to() override;
  Result<std::set<std::string>> seen(const SystemName&, const std::vector<std::string>& digests) override;
  Result<std::vector<Depth>> outbox_depth() override;
  Result<std::vector<Letters>> letters_waiting() override;
  Result<std::vector<Questions>> questions_open() override;

  void refuse(int commits) { refuse_ = commits; }  // the next ones fail with StoreUnavailable and store nothing
  std::int64_t commits() const { return commits_; }

 private:
  friend class AuditStore;
  using LinkKey = std::pair<RecordKey, EntityName>;
  using MatchKey = std::tuple<std::string, EntityName, GoldenId, RecordKey>;

  Result<void> allowed(const engine::Batch&) const;
  void drop_match_keys(const LinkKey&);
  void put_link(const engine::LinkRow&);
  std::vector<engine::LinkRow> links_of(const RecordKey&) const;
  void drop_link(const LinkKey&);
  void mark_done(const engine::Batch&);
  template <class Wanted>
  std::vector<engine::ReviewRow> reviews_where(Wanted) const;

  std::map<GoldenId, engine::GoldenRow> goldens_;
  std::map<LinkKey, engine::LinkRow> links_;
  std::map<LinkKey, std::string> at_rest_;
  std::map<GoldenId, std::set<LinkKey>> links_by_golden_;
  std::set<MatchKey> match_keys_;
  std::map<LinkKey, std::set<MatchKey>> match_keys_by_link_;
  std::map<DeliveryId, engine::DeliveryRow> deliveries_;
  DeliveryId last_delivery_;
  std::map<std::string, engine::DeadLetterRow> dead_letters_;
  std::map<std::string, engine::ReviewRow> reviews_;
  std::map<std::tuple<SystemName, ObjectName, std::string>, engine::CursorRow> cursors_;
  std::map<SystemName, engine::CredentialRow> credentials_;
  std::map<std::int64_t, engine::RegisterRow> registers_;
  std::map<std::string, engine::AppRow> apps_;
  std::map<std::string, std::string> metas_;
  std::map<std::int64_t, engine::PastRow> past_;
  std::int64_t last_past_ = 0;
  std::map<Position, std::set<int>> done_;
  std::set<Position> done_whole_;
  Position done_up_to_;
  std::set<std::pair<SystemName, std::string>> seen_;

  std::map<std::int64_t, engine::AuditRow> audit_;
  std::int64_t last_audit_ = 0;
  std::vector<engine::Leaf> leaves_;
  std::map<std::string, std::int64_t> last_index_;
  std::map<std::pair<int, std::int64_t>, std::string> nodes_;
  std::map<std::int64_t, std::string> checkpoints_;

  int refuse_ = 0;
  std::int64_t commits_ = 0;
};

// The audit log's part of the same store, which must outlive it.
class AuditStore : public engine::AuditStore {
 public:
  explicit AuditStore(Store& store) : store_(store) {}
  Result<std::vector<engine::AuditRow>> waiting(std::size_t most) override;
  Result<std::optional<std::int64_t>> last_index_of(const std::string& person) override;
  Result<std::int64_t> size() override;
  Result<void> integrate(const std::vector<engine::Leaf>&, const std::vector<engine::TreeNode>&) override;
  Result<void> checkpoint(std::int64_t size, const std::string& note) override;
  Result<std::optional<std::pair<std::int64_t, std::string>>> last_checkpoint() override;
  Result<std::vector<engine::Leaf>> leaves(std::int64_t from, std::size_t most) override;
  Result<std::optional<std::string>> node(int level, std::int64_t index) override;

 private:
  Store& store_;
};

// Through the queue of every inbox (store/append_queue), but without its thread: an append writes what waits, unless
// the inbox holds: then it waits for flush(), and a crash loses it. Calls `done` from append or flush. Thread-safe.
class Inbox : public engine::Inbox {
 public:
  Inbox();
  Inbox(const Inbox&);  // what is durable, without what waits
  Inbox& operator=(const Inbox&);

  void append(engine::InboxEntry, std::function<void(Result<Position>)> done) override;
  Result<std::vector<engine::InboxEntry>> read(Position after, std::size_t most) override;
  Result<Position> last() override;
  Result<void> go_on_after(Position) override;
  Result<void> forget_before(const std::string& day) override;

  void hold(bool on);
  void flush();
  void crash();             // what waits is gone, and nobody is told
  void refuse(int groups);  // the next ones fail with StoreUnavailable
  void limit(std::size_t waiting);

 protected:
  using Waiting = store::AppendQueue::Waiting;
  virtual Result<void> write(std::span<Waiting>);  // all of a group, or nothing of it

 private:
  mutable std::mutex mutex_;
  std::map<Position, engine::InboxEntry> entries_;
  Position last_;
  bool hold_ = false;
  int refuse_ = 0;
  store::InboxLimits limits_;
  std::optional<store::AppendQueue> queue_;
};

class KeyStore : public engine::KeyStore {
 public:
  Result<std::map<std::string, std::string>> get(const std::vector<std::string>& names) override;
  Result<void> put(const std::vector<std::pair<std::string, std::string>>& keys) override;
  Result<std::string> put_new(const std::string& name, const std::string& sealed) override;
  Result<void> destroy(const std::string& name) override;
  Result<std::vector<std::string>> names(const std::string& prefix) override;

  void refuse(int puts) { refuse_ = puts; }
  std::int64_t puts() const { return puts_; }

 private:
  std::map<std::string, std::string> keys_;
  int refuse_ = 0;
  std::int64_t puts_ = 0;
};

}  // namespace linchpin::sim
