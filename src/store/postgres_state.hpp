// The state in PostgreSQL: the engine's Store and the audit log's AuditStore over one connection, so that an audit
// entry is in the same commit as what it attests. Whoever commits names the number of the claim that it holds and the
// token of the commit before: a process that lost the claim commits nothing any more, however late it wakes up, and a
// commit whose answer was lost is looked for, not guessed.
#pragma once

#include <mutex>

#include "engine/ports.hpp"
#include "store/postgres.hpp"

namespace linchpin::store {

class PostgresState {
 public:
  PostgresState(std::unique_ptr<Postgres> database, std::string claim)
      : database_(std::move(database)), claim_(std::move(claim)) {}

  // Commits name this number from now on; 0: none, and a commit is NotActive.
  void use(std::int64_t number);

  // In one SERIALIZABLE transaction, tried again where PostgreSQL asks for it. After StoreUnavailable with an outcome
  // that could not be learned in time, the next call reads what the last commit was before anything else.
  Result<void> commit(std::vector<Statement>);

  template <class... Values>
  Result<Rows> query(const char* sql, const Values&... values) {
    std::scoped_lock lock(mutex_);
    TRY(in_step());
    return database_->query(sql, values...);
  }
  std::string sql_state() const { return database_->error().state; }  // of the commit that failed
  std::string constraint() const { return database_->error().constraint; }

 private:
  Result<void> in_step();
  Result<bool> landed(std::int64_t token);
  tl::unexpected<Error> not_active();

  std::mutex mutex_;
  std::unique_ptr<Postgres> database_;
  const std::string claim_;
  std::int64_t number_ = 0;
  std::optional<std::int64_t> last_;  // the token of the last commit; none: not known
};

class PostgresStore : public engine::Store {
 public:
  explicit PostgresStore(std::shared_ptr<PostgresState> state) : state_(std::move(state)) {}

  Result<void> commit(const engine::Batch&) override;  // postgres_commit.cpp

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
  // The rows that `sql` finds, each read by `read(rows, row)`.
  template <class Row, class Read, class... Values>
  Result<std::vector<Row>> rows(Read read, const char* sql, const Values&... values);
  template <class Row, class Read, class... Values>
  Result<std::optional<Row>> row(Read read, const char* sql, const Values&... values);

  std::shared_ptr<PostgresState> state_;
};

class PostgresAuditStore : public engine::AuditStore {
 public:
  explicit PostgresAuditStore(std::shared_ptr<PostgresState> state) : state_(std::move(state)) {}
  Result<std::vector<engine::AuditRow>> waiting(std::size_t most) override;
  Result<std::optional<std::int64_t>> last_index_of(const std::string& person) override;
  Result<std::int64_t> size() override;
  Result<void> integrate(const std::vector<engine::Leaf>&, const std::vector<engine::TreeNode>&) override;
  Result<void> checkpoint(std::int64_t size, const std::string& note) override;
  Result<std::optional<std::pair<std::int64_t, std::string>>> last_checkpoint() override;
  Result<std::vector<engine::Leaf>> leaves(std::int64_t from, std::size_t most) override;
  Result<std::optional<std::string>> node(int level, std::int64_t index) override;

 private:
  std::shared_ptr<PostgresState> state_;
};

// postgres_commit.cpp: a batch as statements, one for each kind of row, in the order that rows.hpp promises.
Result<std::vector<Statement>> statements_of(const engine::Batch&);

}  // namespace linchpin::store
