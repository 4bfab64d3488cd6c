// The state in SQLite: the engine's Store and the audit log's AuditStore over one file, so that an audit entry is in
// the same commit as what it attests. One mutex: the audit log may be worked on from a thread of its own.
#pragma once

#include <mutex>

#include "engine/ports.hpp"
#include "store/durable_file.hpp"

namespace linchpin::store {

struct StateFile {
  std::mutex mutex;
  std::unique_ptr<DurableFile> file;
};

class SqliteStore : public engine::Store {
 public:
  explicit SqliteStore(std::shared_ptr<StateFile> state) : state_(std::move(state)) {}

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

 private:
  // The rows that `sql` finds, each read by `read(query, row)`; under the mutex.
  template <class Row, class Read, class... Values>
  Result<std::vector<Row>> rows(Read read, const char* sql, const Values&... values);
  template <class Row, class Read, class... Values>
  Result<std::optional<Row>> row(Read read, const char* sql, const Values&... values);

  std::shared_ptr<StateFile> state_;
};

class SqliteAuditStore : public engine::AuditStore {
 public:
  explicit SqliteAuditStore(std::shared_ptr<StateFile> state) : state_(std::move(state)) {}
  Result<std::vector<engine::AuditRow>> waiting(std::size_t most) override;
  Result<std::optional<std::int64_t>> last_index_of(const std::string& person) override;
  Result<std::int64_t> size() override;
  Result<void> integrate(const std::vector<engine::Leaf>&, const std::vector<engine::TreeNode>&) override;
  Result<void> checkpoint(std::int64_t size, const std::string& note) override;
  Result<std::optional<std::pair<std::int64_t, std::string>>> last_checkpoint() override;
  Result<std::vector<engine::Leaf>> leaves(std::int64_t from, std::size_t most) override;
  Result<std::optional<std::string>> node(int level, std::int64_t index) override;

 private:
  std::shared_ptr<StateFile> state_;
};

// sqlite_commit.cpp: what a batch does to the tables, inside a transaction.
Result<void> write_batch(Database&, const engine::Batch&);

}  // namespace linchpin::store
