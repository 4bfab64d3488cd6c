#include "store/sqlite_state.hpp"

namespace linchpin::store {

using namespace engine;

namespace {

// The columns of each kind of row, and how they are read: side by side, in one order.
#define GOLDEN "id, entity, version, created, sealed"
void read_golden(Query& q, GoldenRow& row) { q.take(row.id, row.entity, row.version, row.created, row.sealed); }

#define LINK "system, object, record, entity, golden, confirmed, gone, sealed"
void read_link(Query& q, LinkRow& row) {
  q.take(row.key.system, row.key.object, row.key.record, row.entity, row.golden, row.confirmed, row.gone, row.sealed);
}

#define MATCH_KEY "key, entity, golden, system, object, record"
void read_match_key(Query& q, MatchKeyRow& row) {
  q.take(row.key, row.entity, row.golden, row.record.system, row.record.object, row.record.record);
}

#define DELIVERY                                                                                              \
  "id, system, object, record, golden, entity, mapping, flow, operation, named, priority, regulated, state, " \
  "attempt, suffix, due, made, seen, change, idempotency_key, sealed"
void read_delivery(Query& q, DeliveryRow& row) {
  q.take(row.id, row.system, row.object, row.record, row.golden, row.entity, row.mapping, row.flow, row.operation,
         row.named, row.priority, row.regulated, row.state, row.attempt, row.suffix, row.due, row.made, row.seen,
         row.change, row.idempotency_key, row.sealed);
}

#define DEAD_LETTER                                                                                        \
  "id, kind, system, entity, field, flow, code, message, place, since, regulated, golden, record_system, " \
  "record_object, record, sealed"
void read_dead_letter(Query& q, DeadLetterRow& row) {
  q.take(row.id, row.kind, row.system, row.entity, row.field, row.flow, row.code, row.message, row.place, row.since,
         row.regulated, row.golden, row.record.system, row.record.object, row.record.record, row.sealed);
}

#define REVIEW                                                                                                       \
  "id, kind, system, entity, field, code, message, since, regulated, golden, record_system, record_object, record, " \
  "state, answered_by, answered, sealed"
void read_review(Query& q, ReviewRow& row) {
  q.take(row.id, row.kind, row.system, row.entity, row.field, row.code, row.message, row.since, row.regulated,
         row.golden, row.record.system, row.record.object, row.record.record, row.state, row.by, row.answered,
         row.sealed);
}

void read_cursor(Query& q, CursorRow& row) {
  q.take(row.system, row.object, row.purpose, row.cursor, row.since, row.at, row.done);
}
void read_credential(Query& q, CredentialRow& row) { q.take(row.system, row.sealed); }
void read_register(Query& q, RegisterRow& row) { q.take(row.version, row.digest, row.by, row.why, row.at, row.sealed); }
void read_app(Query& q, AppRow& row) { q.take(row.name, row.token_hash, row.made, row.revoked); }
#define PAST "id, golden, change, at, written, sealed"
void read_past(Query& q, PastRow& row) { q.take(row.id, row.golden, row.change, row.at, row.written, row.sealed); }
template <class T>
void read_one(Query& q, T& value) {
  q.take(value);
}

}  // namespace

template <class Row, class Read, class... Values>
Result<std::vector<Row>> SqliteStore::rows(Read read, const char* sql, const Values&... values) {
  std::scoped_lock lock(state_->mutex);
  Database& db = *TRY(state_->file->database());
  Query query = TRY(db.query(sql, values...));
  std::vector<Row> found;
  while (TRY(query.next())) read(query, found.emplace_back());
  return found;
}

template <class Row, class Read, class... Values>
Result<std::optional<Row>> SqliteStore::row(Read read, const char* sql, const Values&... values) {
  std::vector<Row> found = TRY(rows<Row>(read, sql, values...));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<void> SqliteStore::commit(const Batch& batch) {
  std::scoped_lock lock(state_->mutex);
  TRY(state_->file->commit([&](Database& db) { return write_batch(db, batch); },
                           batch.only_confirms() ? DurableFile::Durable::Later : DurableFile::Durable::Now));
  state_->file->tidy(false);
  return {};
}

Result<std::vector<FamilyRows>> SqliteStore::families(const std::vector<GoldenId>& ids) {
  std::vector<FamilyRows> found;
  for (const GoldenId& id : ids) {
    auto golden = TRY(row<GoldenRow>(read_golden, "SELECT " GOLDEN " FROM golden WHERE id = ?", id));
    if (!golden) continue;
    FamilyRows& family = found.emplace_back(FamilyRows{*std::move(golden), {}, {}});
    family.links = TRY(rows<LinkRow>(
        read_link, "SELECT " LINK " FROM link WHERE golden = ? ORDER BY system, object, record, entity", id));
    family.deliveries =
        TRY(rows<DeliveryRow>(read_delivery, "SELECT " DELIVERY " FROM delivery WHERE golden = ? ORDER BY id", id));
  }
  return found;
}
Result<std::vector<GoldenRow>> SqliteStore::goldens(const EntityName& entity, const GoldenId& after, std::size_t most) {
  return rows<GoldenRow>(read_golden, "SELECT " GOLDEN " FROM golden WHERE entity = ? AND id > ? ORDER BY id LIMIT ?",
                         entity, after, most);
}

Result<std::vector<LinkRow>> SqliteStore::links_of(const SystemName& system, const ObjectName& object,
                                                   const std::vector<RecordId>& records) {
  std::vector<LinkRow> found;
  for (const RecordId& record : std::set<RecordId>(records.begin(), records.end()))
    for (LinkRow& link : TRY(rows<LinkRow>(
             read_link, "SELECT " LINK " FROM link WHERE system = ? AND object = ? AND record = ? ORDER BY entity",
             system, object, record)))
      found.push_back(std::move(link));
  return found;
}
Result<std::vector<LinkRow>> SqliteStore::links_in(const SystemName& system, const ObjectName& object,
                                                   const RecordId& after, std::size_t most) {
  auto found = TRY(rows<LinkRow>(read_link,
                                 "SELECT " LINK " FROM link WHERE system = ? AND object = ? AND record > ? "
                                 "ORDER BY record, entity LIMIT ?",
                                 system, object, after, most));
  if (found.size() < most || found.empty()) return found;
  // The cut may have fallen between two links of one record.
  const LinkRow last = found.back();
  for (LinkRow& more : TRY(links_of(last.key.system, last.key.object, {last.key.record}))) {
    if (more.entity > last.entity) found.push_back(std::move(more));
  }
  return found;
}

Result<std::map<RecordId, std::string>> SqliteStore::at_rest(const SystemName& system, const ObjectName& object,
                                                             const std::vector<RecordId>& records) {
  std::map<RecordId, std::string> found;
  for (const RecordId& record : records)
    if (auto digest = TRY(row<std::string>(
            read_one<std::string>,
            "SELECT min(at_rest) FROM link WHERE system = ? AND object = ? AND record = ? HAVING count(*) > 0", system,
            object, record));
        digest && !digest->empty())
      found.emplace(record, *std::move(digest));
  return found;
}

Result<std::int64_t> SqliteStore::linked(const SystemName& system, const EntityName& entity) {
  const auto count = TRY(row<std::int64_t>(
      read_one<std::int64_t>, "SELECT count(*) FROM link WHERE system = ? AND entity = ?", system, entity));
  return count.value_or(0);
}

Result<std::vector<MatchKeyRow>> SqliteStore::match_keys(const EntityName& entity, const std::string& key,
                                                         std::size_t most) {
  return rows<MatchKeyRow>(read_match_key,
                           "SELECT " MATCH_KEY
                           " FROM match_key WHERE key = ? AND entity = ? "
                           "ORDER BY golden, system, object, record LIMIT ?",
                           Blob{key}, entity, most);
}
Result<std::vector<MatchKeyRow>> SqliteStore::match_keys_of(const GoldenId& golden) {
  return rows<MatchKeyRow>(read_match_key,
                           "SELECT " MATCH_KEY
                           " FROM match_key WHERE golden = ? "
                           "ORDER BY key, entity, system, object, record",
                           golden);
}

static_assert(static_cast<int>(DeliveryState::Pending) == 0);  // the indexes of what waits say so
static_assert(DeliveryState::Dead == DeliveryState(3) && DeliveryState::Held == DeliveryState(4));

Result<std::vector<DeliveryRow>> SqliteStore::due(const SystemName& system, Instant now, std::size_t most) {
  return rows<DeliveryRow>(read_delivery,
                           "SELECT " DELIVERY
                           " FROM delivery INDEXED BY delivery_order "
                           "WHERE system = ? AND state = 0 AND due <= ? ORDER BY priority, id LIMIT ?",
                           system, now, most);
}
Result<std::optional<Instant>> SqliteStore::next_due(const SystemName& system) {
  return row<Instant>(
      read_one<Instant>,
      "SELECT due FROM delivery INDEXED BY delivery_due WHERE system = ? AND state = 0 ORDER BY due LIMIT 1", system);
}
Result<std::optional<DeliveryRow>> SqliteStore::delivery(DeliveryId id) {
  return row<DeliveryRow>(read_delivery, "SELECT " DELIVERY " FROM delivery WHERE id = ?", id);
}
Result<std::vector<DeliveryRow>> SqliteStore::deliveries_in(DeliveryState state, std::size_t most) {
  return rows<DeliveryRow>(read_delivery, "SELECT " DELIVERY " FROM delivery WHERE state = ? ORDER BY id LIMIT ?",
                           state, most);
}
Result<DeliveryId> SqliteStore::last_delivery() {
  const auto mark = TRY(row<DeliveryId>(read_one<DeliveryId>, "SELECT number FROM mark WHERE name = 'last_delivery'"));
  return mark.value_or(DeliveryId(0));
}

Result<std::vector<DeadLetterRow>> SqliteStore::dead_letters() {
  return rows<DeadLetterRow>(read_dead_letter, "SELECT " DEAD_LETTER " FROM dead_letter ORDER BY since, id");
}
Result<std::vector<ReviewRow>> SqliteStore::reviews(bool open_only) {
  if (open_only) {
    return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE state = 'open' ORDER BY since, id");
  }
  return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review ORDER BY since, id");
}
Result<std::optional<ReviewRow>> SqliteStore::review(const std::string& id) {
  return row<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE id = ?", id);
}
Result<std::vector<ReviewRow>> SqliteStore::reviews_of(const RecordKey& key) {
  return rows<ReviewRow>(read_review,
                         "SELECT " REVIEW
                         " FROM review WHERE record_system = ? AND record_object = ? AND record = ? "
                         "ORDER BY since, id",
                         key.system, key.object, key.record);
}
Result<std::vector<ReviewRow>> SqliteStore::reviews_of(const GoldenId& golden) {
  return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE golden = ? ORDER BY since, id", golden);
}

Result<std::optional<CursorRow>> SqliteStore::cursor(const SystemName& system, const ObjectName& object,
                                                     const std::string& purpose) {
  return row<CursorRow>(read_cursor,
                        "SELECT system, object, purpose, cursor, since, at, done FROM cursor "
                        "WHERE system = ? AND object = ? AND purpose = ?",
                        system, object, purpose);
}
Result<std::optional<CredentialRow>> SqliteStore::credential(const SystemName& system) {
  return row<CredentialRow>(read_credential, "SELECT system, sealed FROM credential WHERE system = ?", system);
}
Result<std::vector<RegisterRow>> SqliteStore::registers() {
  return rows<RegisterRow>(read_register,
                           "SELECT version, digest, applied_by, why, at, sealed FROM register ORDER BY version");
}
Result<std::vector<AppRow>> SqliteStore::apps() {
  return rows<AppRow>(read_app, "SELECT name, token_hash, made, revoked FROM app ORDER BY name");
}
Result<std::optional<std::string>> SqliteStore::meta(const std::string& key) {
  return row<std::string>(read_one<std::string>, "SELECT value FROM meta WHERE key = ?", key);
}

Result<std::vector<GoldenId>> SqliteStore::past_goldens(const PastAsked& asked, const GoldenId& after,
                                                        std::size_t most) {
  if (!asked.change.empty())
    return rows<GoldenId>(read_one<GoldenId>,
                          "SELECT DISTINCT golden FROM past WHERE change = ? AND id <= ? AND golden > ? "
                          "ORDER BY golden LIMIT ?",
                          asked.change, asked.up_to, after, most);
  return rows<GoldenId>(read_one<GoldenId>,
                        "SELECT DISTINCT golden FROM past WHERE written = 1 AND at >= ? AND id <= ? AND golden > ? "
                        "ORDER BY golden LIMIT ?",
                        asked.since, asked.up_to, after, most);
}
Result<std::vector<PastRow>> SqliteStore::past_of(const GoldenId& golden) {
  return rows<PastRow>(read_past, "SELECT " PAST " FROM past WHERE golden = ? ORDER BY id", golden);
}
Result<Store::PastSpan> SqliteStore::past_span() {
  const auto span = TRY(
      row<PastSpan>([](Query& q, PastSpan& s) { q.take(s.first, s.last); },
                    "SELECT coalesce((SELECT at FROM past ORDER BY at LIMIT 1), 0), coalesce(max(id), 0) FROM past"));
  return span.value_or(PastSpan{});
}

Result<Store::Done> SqliteStore::done(Position first, Position last) {
  const Position up_to = TRY(done_up_to());
  Done done;
  for (Position at = first; at <= std::min(last, up_to); ++at.number) done.whole.insert(at);
  for (const Position at : TRY(rows<Position>(
           read_one<Position>, "SELECT position FROM done_whole WHERE position BETWEEN ? AND ?", first, last)))
    done.whole.insert(at);
  for (const Settles& item :
       TRY(rows<Settles>([](Query& q, Settles& s) { q.take(s.position, s.item); },
                         "SELECT position, item FROM done WHERE position BETWEEN ? AND ?", first, last)))
    done.items[item.position].insert(item.item);
  return done;
}
Result<Position> SqliteStore::done_up_to() {
  const auto mark = TRY(row<Position>(read_one<Position>, "SELECT number FROM mark WHERE name = 'done_up_to'"));
  return mark.value_or(Position(0));
}
Result<std::set<std::string>> SqliteStore::seen(const SystemName& system, const std::vector<std::string>& digests) {
  std::set<std::string> found;
  for (const std::string& digest : digests)
    if (TRY(row<int>(read_one<int>, "SELECT 1 FROM seen WHERE system = ? AND digest = ?", system, Blob{digest})))
      found.insert(digest);
  return found;
}
Result<std::vector<Store::Depth>> SqliteStore::outbox_depth() {
  return rows<Depth>(
      [](Query& q, Depth& depth) { q.take(depth.system, depth.priority, depth.count); },
      "SELECT system, priority, count(*) FROM delivery WHERE state < 3 GROUP BY system, priority ORDER BY 1, 2");
}
Result<std::vector<Store::Letters>> SqliteStore::letters_waiting() {
  return rows<Letters>([](Query& q, Letters& letters) { q.take(letters.system, letters.flow, letters.count); },
                       "SELECT system, flow, count(*) FROM dead_letter GROUP BY system, flow ORDER BY 1, 2");
}
Result<std::vector<Store::Questions>> SqliteStore::questions_open() {
  return rows<Questions>([](Query& q, Questions& questions) { q.take(questions.kind, questions.count); },
                         "SELECT kind, count(*) FROM review WHERE state = 'open' GROUP BY kind ORDER BY 1");
}

}  // namespace linchpin::store
