// The commit in PostgreSQL: the fence, a batch as one statement for each kind of row, and what is done when the answer
// does not come.
#include <chrono>
#include <map>
#include <thread>

#include "base/crypto.hpp"
#include "base/invariant.hpp"
#include "store/postgres_state.hpp"

namespace linchpin::store {

using namespace engine;
using std::chrono::steady_clock;

namespace {

constexpr int tries_most = 20;
constexpr int unknown_most = 2;  // of them, without an answer: each may have taken Session::answer_within
constexpr std::chrono::seconds look_within{10};

// Of rows that are put by a key: the last one for each, since one statement may not put a row twice.
template <class Row, class Key>
std::vector<const Row*> last_of(const std::vector<Row>& rows, Key key) {
  std::map<decltype(key(rows.front())), std::size_t> seen;
  std::vector<const Row*> kept;
  for (const Row& row : rows) {
    const auto [at, fresh] = seen.try_emplace(key(row), kept.size());
    if (fresh) {
      kept.push_back(&row);
    } else {
      kept[at->second] = &row;
    }
  }
  return kept;
}
template <class Row>
std::vector<const Row*> all_of(const std::vector<Row>& rows) {
  std::vector<const Row*> all;
  for (const Row& row : rows) all.push_back(&row);
  return all;
}
const auto by_id = [](const auto& row) { return row.id; };

class Writer {
 public:
  template <class Row, class Cells>
  void put(const char* sql, const std::vector<const Row*>& rows, Cells cells) {
    if (!rows.empty()) statements.push_back({sql, Parameters(columns_of(rows, cells))});
  }
  std::vector<Statement> statements;
};

void put_done(Writer& to, const Batch& batch) {
  if (batch.done.empty() && batch.done_whole.empty()) return;
  Column positions, items, whole;
  for (const Settles& item : batch.done) {
    positions.add(item.position);
    items.add(item.item);
  }
  for (const Position position : batch.done_whole) whole.add(position);
  to.statements.push_back({"SELECT settle($1, $2, $3)", Parameters(positions, items, whole)});
}

void put_goldens(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO golden (id, entity, version, created, sealed) "
      "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[]) ON CONFLICT (id) DO "
      "UPDATE SET "
      "entity = excluded.entity, version = excluded.version, created = excluded.created, sealed = excluded.sealed",
      last_of(batch.goldens, by_id),
      [](const GoldenRow& row, auto out) { out(row.id, row.entity, row.version, row.created, Bytes{row.sealed}); });
}

const auto dropped_link = [](const std::pair<RecordKey, EntityName>& link, auto out) {
  out(link.first.system, link.first.object, Bytes{link.first.record.text}, link.second);
};

void put_links(Writer& to, const Batch& batch) {
  to.put(
      "DELETE FROM link l USING unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) AS t (s, o, r, e) "
      "WHERE l.system = t.s AND l.object = t.o AND l.record = t.r AND l.entity = t.e",
      all_of(batch.links_dropped), dropped_link);
  to.put(
      "INSERT INTO link (system, object, record, entity, golden, confirmed, gone, sealed) SELECT * FROM "
      "unnest($1::text[], "
      "$2::text[], $3::bytea[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bytea[]) "
      "ON CONFLICT (system, object, record, entity) DO UPDATE SET golden = excluded.golden, "
      "confirmed = excluded.confirmed, gone = excluded.gone, sealed = excluded.sealed, at_rest = excluded.at_rest",
      last_of(batch.links, [](const LinkRow& row) { return std::pair(row.key, row.entity); }),
      [](const LinkRow& row, auto out) {
        out(row.key.system, row.key.object, Bytes{row.key.record.text}, row.entity, row.golden, row.confirmed, row.gone,
            Bytes{row.sealed});
      });
  to.put(
      "UPDATE link l SET at_rest = t.digest FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS t (s, o, "
      "r, digest) WHERE l.system = t.s AND l.object = t.o AND l.record = t.r",
      last_of(batch.at_rest, [](const auto& row) { return row.first; }), [](const auto& row, auto out) {
        out(row.first.system, row.first.object, Bytes{row.first.record.text}, Bytes{row.second});
      });
}

void put_match_keys(Writer& to, const Batch& batch) {
  to.put(
      "DELETE FROM match_key m USING unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) AS t (s, o, r, e) "
      "WHERE m.system = t.s AND m.object = t.o AND m.record = t.r AND m.entity = t.e",
      all_of(batch.match_keys_dropped), dropped_link);
  to.put(
      "INSERT INTO match_key (key, entity, golden, system, object, record) SELECT * FROM unnest($1::bytea[], "
      "$2::text[], "
      "$3::text[], $4::text[], $5::text[], $6::bytea[]) ON CONFLICT DO NOTHING",
      all_of(batch.match_keys), [](const MatchKeyRow& row, auto out) {
        out(Bytes{row.key}, row.entity, row.golden, row.record.system, row.record.object,
            Bytes{row.record.record.text});
      });
}

void put_deliveries(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO delivery (id, system, object, record, golden, entity, mapping, flow, operation, named, priority, "
      "regulated, state, attempt, suffix, due, made, seen, change, idempotency_key, sealed) "
      "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], "
      "$7::text[], $8::text[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], "
      "$14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[], $20::text[], "
      "$21::bytea[]) "
      "ON CONFLICT (id) DO UPDATE SET system = excluded.system, object = excluded.object, "
      "record = excluded.record, golden = excluded.golden, entity = excluded.entity, mapping = excluded.mapping, "
      "flow = excluded.flow, operation = excluded.operation, named = excluded.named, priority = excluded.priority, "
      "regulated = excluded.regulated, state = excluded.state, attempt = excluded.attempt, suffix = excluded.suffix, "
      "due = excluded.due, made = excluded.made, seen = excluded.seen, change = excluded.change, "
      "idempotency_key = excluded.idempotency_key, sealed = excluded.sealed",
      last_of(batch.deliveries, by_id), [](const DeliveryRow& row, auto out) {
        out(row.id, row.system, row.object, Bytes{row.record.text}, row.golden, row.entity, row.mapping, row.flow,
            row.operation, row.named, row.priority, row.regulated, row.state, row.attempt, row.suffix, row.due,
            row.made, row.seen, row.change, row.idempotency_key, Bytes{row.sealed});
      });
  DeliveryId last;
  for (const DeliveryRow& row : batch.deliveries) last = std::max(last, row.id);
  if (last.number > 0) {
    to.statements.push_back(
        {"UPDATE mark SET number = $1 WHERE name = 'last_delivery' AND number < $1", Parameters(last)});
  }
  to.put("DELETE FROM delivery WHERE id = ANY ($1::bigint[])", all_of(batch.deliveries_dropped),
         [](DeliveryId id, auto out) { out(id); });
}

void put_dead_letters(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO dead_letter (id, kind, system, entity, field, flow, code, message, place, since, regulated, golden, "
      "record_system, record_object, record, sealed) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], "
      "$4::text[], "
      "$5::text[], $6::text[], $7::text[], $8::bytea[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], "
      "$13::text[], $14::text[], $15::bytea[], $16::bytea[]) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, "
      "system = excluded.system, entity = excluded.entity, field = excluded.field, flow = excluded.flow, "
      "code = excluded.code, message = excluded.message, place = excluded.place, since = excluded.since, "
      "regulated = excluded.regulated, golden = excluded.golden, record_system = excluded.record_system, "
      "record_object = excluded.record_object, record = excluded.record, sealed = excluded.sealed",
      last_of(batch.dead_letters, by_id), [](const DeadLetterRow& row, auto out) {
        out(row.id, row.kind, row.system, row.entity, row.field, row.flow, row.code, Bytes{row.message}, row.place,
            row.since, row.regulated, row.golden, row.record.system, row.record.object, Bytes{row.record.record.text},
            Bytes{row.sealed});
      });
  to.put("DELETE FROM dead_letter WHERE id = ANY ($1::text[])", all_of(batch.dead_letters_dropped),
         [](const std::string& id, auto out) { out(id); });
}

void put_reviews(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO review (id, kind, system, entity, field, code, message, since, regulated, golden, record_system, "
      "record_object, record, state, answered_by, answered, sealed) SELECT * FROM unnest($1::text[], $2::text[], "
      "$3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::bigint[], $10::text[], "
      "$11::text[], "
      "$12::text[], $13::bytea[], $14::text[], $15::text[], $16::bigint[], $17::bytea[]) ON CONFLICT (id) DO UPDATE "
      "SET "
      "kind = excluded.kind, system = excluded.system, entity = excluded.entity, field = excluded.field, "
      "code = excluded.code, message = excluded.message, since = excluded.since, regulated = excluded.regulated, "
      "golden = excluded.golden, record_system = excluded.record_system, record_object = excluded.record_object, "
      "record = excluded.record, state = excluded.state, answered_by = excluded.answered_by, "
      "answered = excluded.answered, sealed = excluded.sealed",
      last_of(batch.reviews, by_id), [](const ReviewRow& row, auto out) {
        out(row.id, row.kind, row.system, row.entity, row.field, row.code, Bytes{row.message}, row.since, row.regulated,
            row.golden, row.record.system, row.record.object, Bytes{row.record.record.text}, row.state, row.by,
            row.answered, Bytes{row.sealed});
      });
}

Result<void> put_audit(Writer& to, const Batch& batch) {
  for (const AuditRow& row : batch.audit) {
    if (row.body.size() > audit_body_max)
      return fail(Code::InvalidArgument, "an audit entry is larger than an entry of the log may be", "Split it.");
  }
  to.put(
      "INSERT INTO audit (person, body) SELECT p, b FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS t (p, b, "
      "n) "
      "ORDER BY n",
      all_of(batch.audit), [](const AuditRow& row, auto out) { out(row.person, Bytes{row.body}); });
  return {};
}

void put_settings(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO cursor (system, object, purpose, cursor, since, at, done) SELECT * FROM unnest($1::text[], "
      "$2::text[], "
      "$3::text[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[]) ON CONFLICT (system, object, purpose) "
      "DO UPDATE SET cursor = excluded.cursor, since = excluded.since, at = excluded.at, done = excluded.done",
      last_of(batch.cursors, [](const CursorRow& row) { return std::tuple(row.system, row.object, row.purpose); }),
      [](const CursorRow& row, auto out) {
        out(row.system, row.object, row.purpose, Bytes{row.cursor}, row.since, row.at, row.done);
      });
  to.put(
      "INSERT INTO credential (system, sealed) SELECT * FROM unnest($1::text[], $2::bytea[]) "
      "ON CONFLICT (system) DO UPDATE SET sealed = excluded.sealed",
      last_of(batch.credentials, [](const CredentialRow& row) { return row.system; }),
      [](const CredentialRow& row, auto out) { out(row.system, Bytes{row.sealed}); });
  to.put(
      "INSERT INTO register (version, digest, applied_by, why, at, sealed) "
      "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])",
      all_of(batch.registers), [](const RegisterRow& row, auto out) {
        out(row.version, row.digest, row.by, row.why, row.at, Bytes{row.sealed});
      });
  to.put(
      "INSERT INTO app (name, token_hash, made, revoked) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], "
      "$4::bigint[]) ON CONFLICT (name) DO UPDATE SET token_hash = excluded.token_hash, made = excluded.made, "
      "revoked = excluded.revoked",
      last_of(batch.apps, [](const AppRow& row) { return row.name; }),
      [](const AppRow& row, auto out) { out(row.name, row.token_hash, row.made, row.revoked); });
  to.put(
      "INSERT INTO meta (key, value) SELECT * FROM unnest($1::text[], $2::bytea[]) "
      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      last_of(batch.metas, [](const MetaRow& row) { return row.key; }),
      [](const MetaRow& row, auto out) { out(row.key, Bytes{row.value}); });
}

void put_past(Writer& to, const Batch& batch) {
  to.put(
      "INSERT INTO past (golden, change, at, written, sealed) SELECT g, c, a, w, s FROM unnest($1::text[], $2::text[], "
      "$3::bigint[], $4::bigint[], $5::bytea[]) WITH ORDINALITY AS t (g, c, a, w, s, n) ORDER BY n",
      all_of(batch.past),
      [](const PastRow& row, auto out) { out(row.golden, row.change, row.at, row.written, Bytes{row.sealed}); });
  if (batch.past_forgotten)
    to.statements.push_back({"DELETE FROM past WHERE at < $1", Parameters(*batch.past_forgotten)});
}

void put_seen(Writer& to, const Batch& batch) {
  to.put("INSERT INTO seen (system, digest) SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
         all_of(batch.seen),
         [](const std::pair<SystemName, std::string>& event, auto out) { out(event.first, Bytes{event.second}); });
}

}  // namespace

Result<std::vector<Statement>> statements_of(const Batch& batch) {
  Writer to;
  put_done(to, batch);
  put_goldens(to, batch);
  put_links(to, batch);
  put_match_keys(to, batch);
  put_deliveries(to, batch);
  put_dead_letters(to, batch);
  put_reviews(to, batch);
  TRY(put_audit(to, batch));
  put_settings(to, batch);
  put_past(to, batch);
  put_seen(to, batch);
  return std::move(to.statements);
}

Result<void> PostgresStore::commit(const Batch& batch) {
  Result<void> done = state_->commit(TRY(statements_of(batch)));
  if (done) return done;
  // MergedOnce, checked where it is written: settle() and the key of `done`.
  const std::string state = state_->sql_state();
  if (state == "LN001" || (state == "23505" && state_->constraint() == "done_pkey")) {
    return fail(Code::InvariantBroken,
                std::string(to_text(Invariant::MergedOnce)) + ": an item of the inbox would be done twice",
                "Nothing was stored. Report this.");
  }
  return done;
}

void PostgresState::use(std::int64_t number) {
  std::scoped_lock lock(mutex_);
  number_ = number;
  last_.reset();
}

tl::unexpected<Error> PostgresState::not_active() {
  const Result<std::string> address = database_->one<std::string>("SELECT address FROM claim WHERE name = $1", claim_);
  return fail(Code::NotActive, "another process of this hub does the work",
              address && !address->empty() ? "It is at " + *address + "." : "One takes over within seconds.");
}

// Reads of the engine come after the last commit is known, so that what it decides on is fenced by that commit's token.
Result<void> PostgresState::in_step() {
  if (number_ == 0 || last_) return {};
  Rows rows = TRY(database_->query("SELECT number, last FROM claim WHERE name = $1", claim_));
  std::int64_t number = 0, last = 0;
  if (rows.next()) rows.take(number, last);
  if (number != number_) return not_active();
  last_ = last;
  return {};
}

// After an unknown outcome or a fence that was shut: whether the commit with `token` is there. A commit that is still
// under way is met by the next try at the claim's row, which both update.
Result<bool> PostgresState::landed(std::int64_t token) {
  const auto until = steady_clock::now() + look_within;
  for (;;) {
    Result<Rows> rows = database_->query("SELECT number, last FROM claim WHERE name = $1", claim_);
    if (rows) {
      std::int64_t number = 0, last = 0;
      if (rows->next()) rows->take(number, last);
      if (number != number_) return not_active();
      if (last != token) return false;
      // Found, but perhaps only here: after a restart a primary shows what its standby does not have yet. A write that
      // is answered is behind it, on both.
      if (database_->query("UPDATE mark SET number = number WHERE name = 'done_up_to'")) return true;
    }
    if (steady_clock::now() >= until) {
      last_.reset();
      return fail(Code::StoreUnavailable, "PostgreSQL is out of reach, and what became of the last commit is not known",
                  "The hub looks for it once it is connected again.");
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
}

Result<void> PostgresState::commit(std::vector<Statement> statements) {
  std::scoped_lock lock(mutex_);
  if (number_ == 0) return not_active();
  TRY(in_step());
  const std::int64_t token = new_token();
  statements.insert(statements.begin(), {"SELECT fence($1, $2, $3, $4)", Parameters(claim_, number_, *last_, token)});
  Result<void> done;
  for (int tried = 0; tried < tries_most; ++tried) {
    done = database_->transaction(statements);
    const SqlError how = database_->error();
    if (!done && (how.unknown || how.state == "LN002")) {
      if (TRY(landed(token))) {
        done = {};
      } else if (!how.unknown) {
        last_.reset();
        return fail(Code::StoreUnavailable, "a commit of this process was found that it had given up",
                    "The hub starts again from its store.");
      } else if (tried < unknown_most) {
        continue;
      }
    }
    if (done) {
      last_ = token;
      return {};
    }
    if (how.unknown) last_.reset();
    if (how.state != "40001" && how.state != "40P01") return done;
  }
  return done;
}

}  // namespace linchpin::store
