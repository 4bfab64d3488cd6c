#include "store/postgres_state.hpp"

namespace linchpin::store {

using namespace engine;

namespace {

// The columns of each kind of row, and how they are read: side by side, in one order.
#define GOLDEN "id, entity, version, created, sealed"
void read_golden(Rows& q, GoldenRow& row) { q.take(row.id, row.entity, row.version, row.created, row.sealed); }

#define LINK "system, object, record, entity, golden, confirmed, gone, sealed"
void read_link(Rows& q, LinkRow& row) {
  q.take(row.key.system, row.key.object, row.key.record, row.entity, row.golden, row.confirmed, row.gone, row.sealed);
}

#define MATCH_KEY "key, entity, golden, system, object, record"
void read_match_key(Rows& q, MatchKeyRow& row) {
  q.take(row.key, row.entity, row.golden, row.record.system, row.record.object, row.record.record);
}

#define DELIVERY                                                                                              \
  "id, system, object, record, golden, entity, mapping, flow, operation, named, priority, regulated, state, " \
  "attempt, suffix, due, made, seen, change, idempotency_key, sealed"
void read_delivery(Rows& q, DeliveryRow& row) {
  q.take(row.id, row.system, row.object, row.record, row.golden, row.entity, row.mapping, row.flow, row.operation,
         row.named, row.priority, row.regulated, row.state, row.attempt, row.suffix, row.due, row.made, row.seen,
         row.change, row.idempotency_key, row.sealed);
}

#define DEAD_LETTER                                                                                        \
  "id, kind, system, entity, field, flow, code, message, place, since, regulated, golden, record_system, " \
  "record_object, record, sealed"
void read_dead_letter(Rows& q, DeadLetterRow& row) {
  q.take(row.id, row.kind, row.system, row.entity, row.field, row.flow, row.code, row.message, row.place, row.since,
         row.regulated, row.golden, row.record.system, row.record.object, row.record.record, row.sealed);
}

#define REVIEW                                                                                                       \
  "id, kind, system, entity, field, code, message, since, regulated, golden, record_system, record_object, record, " \
  "state, answered_by, answered, sealed"
void read_review(Rows& q, ReviewRow& row) {
  q.take(row.id, row.kind, row.system, row.entity, row.field, row.code, row.message, row.since, row.regulated,
         row.golden, row.record.system, row.record.object, row.record.record, row.state, row.by, row.answered,
         row.sealed);
}

void read_cursor(Rows& q, CursorRow& row) {
  q.take(row.system, row.object, row.purpose, row.cursor, row.since, row.at, row.done);
}
void read_credential(Rows& q, CredentialRow& row) { q.take(row.system, row.sealed); }
void read_register(Rows& q, RegisterRow& row) { q.take(row.version, row.digest, row.by, row.why, row.at, row.sealed); }
void read_app(Rows& q, AppRow& row) { q.take(row.name, row.token_hash, row.made, row.revoked); }
#define PAST "id, golden, change, at, written, sealed"
void read_past(Rows& q, PastRow& row) { q.take(row.id, row.golden, row.change, row.at, row.written, row.sealed); }
template <class T>
void read_one(Rows& q, T& value) {
  q.take(value);
}

}  // namespace

template <class Row, class Read, class... Values>
Result<std::vector<Row>> PostgresStore::rows(Read read, const char* sql, const Values&... values) {
  Rows found = TRY(state_->query(sql, values...));
  std::vector<Row> read_rows;
  while (found.next()) read(found, read_rows.emplace_back());
  return read_rows;
}

template <class Row, class Read, class... Values>
Result<std::optional<Row>> PostgresStore::row(Read read, const char* sql, const Values&... values) {
  std::vector<Row> found = TRY(rows<Row>(read, sql, values...));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<FamilyRows>> PostgresStore::families(const std::vector<GoldenId>& ids) {
  if (ids.empty()) return std::vector<FamilyRows>();  // an empty array has no type of its own
  Column wanted;
  for (const GoldenId& id : ids) wanted.add(id);
  std::vector<FamilyRows> found;
  std::map<GoldenId, std::size_t> places;
  for (GoldenRow& golden :
       TRY(rows<GoldenRow>(read_golden, "SELECT " GOLDEN " FROM golden WHERE id = ANY($1::text[])", wanted))) {
    places[golden.id] = found.size();
    found.push_back({std::move(golden), {}, {}});
  }
  if (found.empty()) return found;
  for (LinkRow& link : TRY(rows<LinkRow>(read_link,
                                         "SELECT " LINK " FROM link WHERE golden = ANY($1::text[]) "
                                         "ORDER BY system, object, record, entity",
                                         wanted)))
    if (const auto at = places.find(link.golden); at != places.end())
      found[at->second].links.push_back(std::move(link));
  for (DeliveryRow& delivery : TRY(rows<DeliveryRow>(
           read_delivery, "SELECT " DELIVERY " FROM delivery WHERE golden = ANY($1::text[]) ORDER BY id", wanted)))
    if (const auto at = places.find(delivery.golden); at != places.end())
      found[at->second].deliveries.push_back(std::move(delivery));
  return found;
}
Result<std::vector<GoldenRow>> PostgresStore::goldens(const EntityName& entity, const GoldenId& after,
                                                      std::size_t most) {
  return rows<GoldenRow>(read_golden,
                         "SELECT " GOLDEN " FROM golden WHERE entity = $1 AND id > $2 ORDER BY id LIMIT $3", entity,
                         after, most);
}

Result<std::vector<LinkRow>> PostgresStore::links_of(const SystemName& system, const ObjectName& object,
                                                     const std::vector<RecordId>& records) {
  if (records.empty()) return std::vector<LinkRow>();  // an empty array has no type of its own
  Column wanted;
  for (const RecordId& record : records) wanted.add(Bytes{record.text});
  return rows<LinkRow>(read_link,
                       "SELECT " LINK
                       " FROM link WHERE system = $1 AND object = $2 AND record = ANY($3::bytea[]) "
                       "ORDER BY record, entity",
                       system, object, wanted);
}
Result<std::vector<LinkRow>> PostgresStore::links_in(const SystemName& system, const ObjectName& object,
                                                     const RecordId& after, std::size_t most) {
  auto found = TRY(rows<LinkRow>(read_link,
                                 "SELECT " LINK " FROM link WHERE system = $1 AND object = $2 AND record > $3 "
                                 "ORDER BY record, entity LIMIT $4",
                                 system, object, Bytes{after.text}, most));
  if (found.size() < most || found.empty()) return found;
  // The cut may have fallen between two links of one record.
  const LinkRow last = found.back();
  for (LinkRow& more : TRY(links_of(last.key.system, last.key.object, {last.key.record}))) {
    if (more.entity > last.entity) found.push_back(std::move(more));
  }
  return found;
}

Result<std::map<RecordId, std::string>> PostgresStore::at_rest(const SystemName& system, const ObjectName& object,
                                                               const std::vector<RecordId>& records) {
  std::map<RecordId, std::string> found;
  if (records.empty()) return found;  // an empty array has no type of its own
  Column wanted;
  for (const RecordId& record : records) wanted.add(Bytes{record.text});
  using Row = std::pair<RecordId, std::string>;
  for (Row& row :
       TRY(rows<Row>([](Rows& q, Row& into) { q.take(into.first, into.second); },
                     "SELECT record, (array_agg(at_rest))[1] FROM link WHERE system = $1 AND object = $2 AND "
                     "record = ANY($3::bytea[]) GROUP BY record HAVING bool_and(at_rest <> ''::bytea)",
                     system, object, wanted)))
    found.insert(std::move(row));
  return found;
}

Result<std::int64_t> PostgresStore::linked(const SystemName& system, const EntityName& entity) {
  const auto count = TRY(row<std::int64_t>(
      read_one<std::int64_t>, "SELECT count(*) FROM link WHERE system = $1 AND entity = $2", system, entity));
  return count.value_or(0);
}

Result<std::vector<MatchKeyRow>> PostgresStore::match_keys(const EntityName& entity, const std::string& key,
                                                           std::size_t most) {
  return rows<MatchKeyRow>(read_match_key,
                           "SELECT " MATCH_KEY
                           " FROM match_key WHERE key = $1 AND entity = $2 "
                           "ORDER BY golden, system, object, record LIMIT $3",
                           Bytes{key}, entity, most);
}
Result<std::vector<MatchKeyRow>> PostgresStore::match_keys_of(const GoldenId& golden) {
  return rows<MatchKeyRow>(read_match_key,
                           "SELECT " MATCH_KEY
                           " FROM match_key WHERE golden = $1 "
                           "ORDER BY key, entity, system, object, record",
                           golden);
}

Result<std::vector<DeliveryRow>> PostgresStore::due(const SystemName& system, Instant now, std::size_t most) {
  return rows<DeliveryRow>(read_delivery,
                           "SELECT " DELIVERY
                           " FROM delivery "
                           "WHERE system = $1 AND state = $2 AND due <= $3 ORDER BY priority, id LIMIT $4",
                           system, DeliveryState::Pending, now, most);
}
Result<std::optional<Instant>> PostgresStore::next_due(const SystemName& system) {
  return row<Instant>(read_one<Instant>,
                      "SELECT due FROM delivery WHERE system = $1 AND state = $2 ORDER BY due LIMIT 1", system,
                      DeliveryState::Pending);
}
Result<std::optional<DeliveryRow>> PostgresStore::delivery(DeliveryId id) {
  return row<DeliveryRow>(read_delivery, "SELECT " DELIVERY " FROM delivery WHERE id = $1", id);
}
Result<std::vector<DeliveryRow>> PostgresStore::deliveries_in(DeliveryState state, std::size_t most) {
  return rows<DeliveryRow>(read_delivery, "SELECT " DELIVERY " FROM delivery WHERE state = $1 ORDER BY id LIMIT $2",
                           state, most);
}
Result<DeliveryId> PostgresStore::last_delivery() {
  const auto mark = TRY(row<DeliveryId>(read_one<DeliveryId>, "SELECT number FROM mark WHERE name = 'last_delivery'"));
  return mark.value_or(DeliveryId(0));
}

Result<std::vector<DeadLetterRow>> PostgresStore::dead_letters() {
  return rows<DeadLetterRow>(read_dead_letter, "SELECT " DEAD_LETTER " FROM dead_letter ORDER BY since, id");
}
Result<std::vector<ReviewRow>> PostgresStore::reviews(bool open_only) {
  if (open_only) {
    return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE state = 'open' ORDER BY since, id");
  }
  return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review ORDER BY since, id");
}
Result<std::optional<ReviewRow>> PostgresStore::review(const std::string& id) {
  return row<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE id = $1", id);
}
Result<std::vector<ReviewRow>> PostgresStore::reviews_of(const RecordKey& key) {
  return rows<ReviewRow>(read_review,
                         "SELECT " REVIEW
                         " FROM review WHERE record_system = $1 AND record_object = $2 AND record = $3 "
                         "ORDER BY since, id",
                         key.system, key.object, Bytes{key.record.text});
}
Result<std::vector<ReviewRow>> PostgresStore::reviews_of(const GoldenId& golden) {
  return rows<ReviewRow>(read_review, "SELECT " REVIEW " FROM review WHERE golden = $1 ORDER BY since, id", golden);
}

Result<std::optional<CursorRow>> PostgresStore::cursor(const SystemName& system, const ObjectName& object,
                                                       const std::string& purpose) {
  return row<CursorRow>(read_cursor,
                        "SELECT system, object, purpose, cursor, since, at, done FROM cursor "
                        "WHERE system = $1 AND object = $2 AND purpose = $3",
                        system, object, purpose);
}
Result<std::optional<CredentialRow>> PostgresStore::credential(const SystemName& system) {
  return row<CredentialRow>(read_credential, "SELECT system, sealed FROM credential WHERE system = $1", system);
}
Result<std::vector<RegisterRow>> PostgresStore::registers() {
  return rows<RegisterRow>(read_register,
                           "SELECT version, digest, applied_by, why, at, sealed FROM register ORDER BY version");
}
Result<std::vector<AppRow>> PostgresStore::apps() {
  return rows<AppRow>(read_app, "SELECT name, token_hash, made, revoked FROM app ORDER BY name");
}
Result<std::optional<std::string>> PostgresStore::meta(const std::string& key) {
  return row<std::string>(read_one<std::string>, "SELECT value FROM meta WHERE key = $1", key);
}

Result<std::vector<GoldenId>> PostgresStore::past_goldens(const PastAsked& asked, const GoldenId& after,
                                                          std::size_t most) {
  if (!asked.change.empty())
    return rows<GoldenId>(read_one<GoldenId>,
                          "SELECT DISTINCT golden FROM past WHERE change = $1 AND id <= $2 AND golden > $3 "
                          "ORDER BY golden LIMIT $4",
                          asked.change, asked.up_to, after, most);
  return rows<GoldenId>(read_one<GoldenId>,
                        "SELECT DISTINCT golden FROM past WHERE written = 1 AND at >= $1 AND id <= $2 AND golden > $3 "
                        "ORDER BY golden LIMIT $4",
                        asked.since, asked.up_to, after, most);
}
Result<std::vector<PastRow>> PostgresStore::past_of(const GoldenId& golden) {
  return rows<PastRow>(read_past, "SELECT " PAST " FROM past WHERE golden = $1 ORDER BY id", golden);
}
Result<Store::PastSpan> PostgresStore::past_span() {
  const auto span = TRY(row<PastSpan>([](Rows& q, PastSpan& s) { q.take(s.first, s.last); },
                                      "SELECT coalesce(min(at), 0), coalesce(max(id), 0) FROM past"));
  return span.value_or(PastSpan{});
}

Result<Store::Done> PostgresStore::done(Position first, Position last) {
  const Position up_to = TRY(done_up_to());
  Done done;
  for (Position at = first; at <= std::min(last, up_to); ++at.number) done.whole.insert(at);
  for (const Position at : TRY(rows<Position>(
           read_one<Position>, "SELECT position FROM done_whole WHERE position BETWEEN $1 AND $2", first, last)))
    done.whole.insert(at);
  for (const Settles& item :
       TRY(rows<Settles>([](Rows& q, Settles& s) { q.take(s.position, s.item); },
                         "SELECT position, item FROM done WHERE position BETWEEN $1 AND $2", first, last)))
    done.items[item.position].insert(item.item);
  return done;
}
Result<Position> PostgresStore::done_up_to() {
  const auto mark = TRY(row<Position>(read_one<Position>, "SELECT number FROM mark WHERE name = 'done_up_to'"));
  return mark.value_or(Position(0));
}
Result<std::set<std::string>> PostgresStore::seen(const SystemName& system, const std::vector<std::string>& digests) {
  if (digests.empty()) return std::set<std::string>();  // an empty array has no type of its own
  Column wanted;
  for (const std::string& digest : digests) wanted.add(Bytes{digest});
  const std::vector<std::string> found =
      TRY(rows<std::string>(read_one<std::string>,
                            "SELECT digest FROM seen WHERE system = $1 AND digest = ANY($2::bytea[])", system, wanted));
  return std::set<std::string>(found.begin(), found.end());
}
Result<std::vector<Store::Depth>> PostgresStore::outbox_depth() {
  return rows<Depth>(
      [](Rows& q, Depth& depth) { q.take(depth.system, depth.priority, depth.count); },
      "SELECT system, priority, count(*) FROM delivery WHERE state < 3 GROUP BY system, priority ORDER BY 1, 2");
}
Result<std::vector<Store::Letters>> PostgresStore::letters_waiting() {
  return rows<Letters>([](Rows& q, Letters& letters) { q.take(letters.system, letters.flow, letters.count); },
                       "SELECT system, flow, count(*) FROM dead_letter GROUP BY system, flow ORDER BY 1, 2");
}
Result<std::vector<Store::Questions>> PostgresStore::questions_open() {
  return rows<Questions>([](Rows& q, Questions& questions) { q.take(questions.kind, questions.count); },
                         "SELECT kind, count(*) FROM review WHERE state = 'open' GROUP BY kind ORDER BY 1");
}

}  // namespace linchpin::store
