// A batch, written into the tables: one function for each kind of row, in the order that rows.hpp promises.
#include <map>

#include "base/invariant.hpp"
#include "store/sqlite_state.hpp"

namespace linchpin::store {

using namespace engine;

namespace {

// Rows that are known already are updated by name first: an upsert sets every column, and so rewrites every index.

Result<void> put_goldens(Database& db, const Batch& batch) {
  for (const GoldenRow& row : batch.goldens) {
    TRY(db.run("UPDATE golden SET version = ?, sealed = ? WHERE id = ? AND entity = ? AND created = ?", row.version,
               Blob{row.sealed}, row.id, row.entity, row.created));
    if (db.changes() == 1) continue;
    TRY(db.run(
        "INSERT INTO golden (id, entity, version, created, sealed) VALUES (?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "entity = excluded.entity, version = excluded.version, created = excluded.created, sealed = excluded.sealed",
        row.id, row.entity, row.version, row.created, Blob{row.sealed}));
  }
  return {};
}

Result<void> put_links(Database& db, const Batch& batch) {
  for (const auto& [key, entity] : batch.links_dropped) {
    TRY(db.run("DELETE FROM link WHERE system = ? AND object = ? AND record = ? AND entity = ?", key.system, key.object,
               key.record, entity));
  }
  for (const LinkRow& row : batch.links) {
    TRY(
        db.run("UPDATE link SET confirmed = ?, gone = ?, sealed = ?, at_rest = x'' "
               "WHERE system = ? AND object = ? AND record = ? AND entity = ? AND golden = ?",
               row.confirmed, row.gone, Blob{row.sealed}, row.key.system, row.key.object, row.key.record, row.entity,
               row.golden));
    if (db.changes() == 1) continue;
    TRY(db.run(
        "INSERT INTO link (system, object, record, entity, golden, confirmed, gone, sealed) VALUES (?,?,?,?,?,?,?,?) "
        "ON CONFLICT (system, object, record, entity) DO UPDATE SET golden = excluded.golden, "
        "confirmed = excluded.confirmed, gone = excluded.gone, sealed = excluded.sealed, at_rest = excluded.at_rest",
        row.key.system, row.key.object, row.key.record, row.entity, row.golden, row.confirmed, row.gone,
        Blob{row.sealed}));
  }
  for (const auto& [key, digest] : batch.at_rest)
    TRY(db.run("UPDATE link SET at_rest = ? WHERE system = ? AND object = ? AND record = ?", Blob{digest}, key.system,
               key.object, key.record));
  return {};
}

// A link's keys are put anew whenever its record changes, and few of them change: keys lie anywhere in the file, so
// what stays is left alone.
Result<void> put_match_keys(Database& db, const Batch& batch) {
  std::map<std::pair<RecordKey, EntityName>, std::vector<const MatchKeyRow*>> put;
  for (const MatchKeyRow& row : batch.match_keys) put[{row.record, row.entity}].push_back(&row);
  for (const auto& link : batch.match_keys_dropped) {
    const auto& [key, entity] = link;
    std::vector<const MatchKeyRow*>& fresh = put[link];
    std::vector<std::pair<std::string, GoldenId>> stale;
    {
      Query query = TRY(
          db.query("SELECT key, golden FROM match_key WHERE system = ? AND object = ? AND record = ? AND entity = ?",
                   key.system, key.object, key.record, entity));
      while (TRY(query.next())) {
        auto& [held, golden] = stale.emplace_back();
        query.take(held, golden);
        const std::size_t before = fresh.size();
        std::erase_if(fresh, [&](const MatchKeyRow* row) { return row->key == held && row->golden == golden; });
        if (fresh.size() < before) stale.pop_back();
      }
    }
    for (const auto& [held, golden] : stale)
      TRY(
          db.run("DELETE FROM match_key WHERE key = ? AND entity = ? AND golden = ? AND system = ? AND object = ? AND "
                 "record = ?",
                 Blob{held}, entity, golden, key.system, key.object, key.record));
  }
  for (const auto& [link, rows] : put)
    for (const MatchKeyRow* row : rows)
      TRY(db.run("INSERT OR IGNORE INTO match_key (key, entity, golden, system, object, record) VALUES (?,?,?,?,?,?)",
                 Blob{row->key}, row->entity, row->golden, row->record.system, row->record.object, row->record.record));
  return {};
}

Result<void> put_deliveries(Database& db, const Batch& batch) {
  DeliveryId last;
  for (const DeliveryRow& row : batch.deliveries) {
    TRY(db.run(
        "INSERT INTO delivery (id, system, object, record, golden, entity, mapping, flow, operation, named, "
        "priority, regulated, state, attempt, suffix, due, made, seen, change, idempotency_key, sealed) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
        "system = excluded.system, object = excluded.object, record = excluded.record, golden = excluded.golden, "
        "entity = excluded.entity, mapping = excluded.mapping, flow = excluded.flow, "
        "operation = excluded.operation, named = excluded.named, priority = excluded.priority, "
        "regulated = excluded.regulated, state = excluded.state, attempt = excluded.attempt, "
        "suffix = excluded.suffix, due = excluded.due, made = excluded.made, seen = excluded.seen, "
        "change = excluded.change, idempotency_key = excluded.idempotency_key, sealed = excluded.sealed",
        row.id, row.system, row.object, row.record, row.golden, row.entity, row.mapping, row.flow, row.operation,
        row.named, row.priority, row.regulated, row.state, row.attempt, row.suffix, row.due, row.made, row.seen,
        row.change, row.idempotency_key, Blob{row.sealed}));
    last = std::max(last, row.id);
  }
  if (last.number > 0) TRY(db.run("UPDATE mark SET number = max(number, ?) WHERE name = 'last_delivery'", last));
  for (const DeliveryId id : batch.deliveries_dropped) TRY(db.run("DELETE FROM delivery WHERE id = ?", id));
  return {};
}

Result<void> put_dead_letters(Database& db, const Batch& batch) {
  for (const DeadLetterRow& row : batch.dead_letters) {
    TRY(db.run(
        "INSERT INTO dead_letter (id, kind, system, entity, field, flow, code, message, place, since, regulated, "
        "golden, record_system, record_object, record, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, system = excluded.system, entity = excluded.entity, "
        "field = excluded.field, flow = excluded.flow, code = excluded.code, message = excluded.message, "
        "place = excluded.place, since = excluded.since, regulated = excluded.regulated, golden = excluded.golden, "
        "record_system = excluded.record_system, record_object = excluded.record_object, record = excluded.record, "
        "sealed = excluded.sealed",
        row.id, row.kind, row.system, row.entity, row.field, row.flow, row.code, row.message, row.place, row.since,
        row.regulated, row.golden, row.record.system, row.record.object, row.record.record, Blob{row.sealed}));
  }
  for (const std::string& id : batch.dead_letters_dropped) TRY(db.run("DELETE FROM dead_letter WHERE id = ?", id));
  return {};
}

Result<void> put_reviews(Database& db, const Batch& batch) {
  for (const ReviewRow& row : batch.reviews) {
    TRY(db.run(
        "INSERT INTO review (id, kind, system, entity, field, code, message, since, regulated, golden, record_system, "
        "record_object, record, state, answered_by, answered, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, system = excluded.system, entity = excluded.entity, "
        "field = excluded.field, code = excluded.code, message = excluded.message, since = excluded.since, "
        "regulated = excluded.regulated, golden = excluded.golden, record_system = excluded.record_system, "
        "record_object = excluded.record_object, record = excluded.record, state = excluded.state, "
        "answered_by = excluded.answered_by, answered = excluded.answered, sealed = excluded.sealed",
        row.id, row.kind, row.system, row.entity, row.field, row.code, row.message, row.since, row.regulated,
        row.golden, row.record.system, row.record.object, row.record.record, row.state, row.by, row.answered,
        Blob{row.sealed}));
  }
  return {};
}

Result<void> put_audit(Database& db, const Batch& batch) {
  for (const AuditRow& row : batch.audit) {
    if (row.body.size() > audit_body_max) {
      return fail(Code::InvalidArgument, "an audit entry is larger than an entry of the log may be", "Split it.");
    }
    TRY(db.run("INSERT INTO audit (person, body) VALUES (?,?)", row.person, Blob{row.body}));
  }
  return {};
}

Result<void> put_settings(Database& db, const Batch& batch) {
  for (const CursorRow& row : batch.cursors) {
    TRY(db.run(
        "INSERT OR REPLACE INTO cursor (system, object, purpose, cursor, since, at, done) VALUES (?,?,?,?,?,?,?)",
        row.system, row.object, row.purpose, row.cursor, row.since, row.at, row.done));
  }
  for (const CredentialRow& row : batch.credentials) {
    TRY(db.run("INSERT OR REPLACE INTO credential (system, sealed) VALUES (?,?)", row.system, Blob{row.sealed}));
  }
  for (const RegisterRow& row : batch.registers) {
    TRY(db.run("INSERT INTO register (version, digest, applied_by, why, at, sealed) VALUES (?,?,?,?,?,?)", row.version,
               row.digest, row.by, row.why, row.at, Blob{row.sealed}));
  }
  for (const AppRow& row : batch.apps) {
    TRY(db.run("INSERT OR REPLACE INTO app (name, token_hash, made, revoked) VALUES (?,?,?,?)", row.name,
               row.token_hash, row.made, row.revoked));
  }
  for (const MetaRow& row : batch.metas) {
    TRY(db.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", row.key, row.value));
  }
  return {};
}

Result<void> put_past(Database& db, const Batch& batch) {
  for (const PastRow& row : batch.past)
    TRY(db.run("INSERT INTO past (golden, change, at, written, sealed) VALUES (?,?,?,?,?)", row.golden, row.change,
               row.at, row.written, Blob{row.sealed}));
  if (batch.past_forgotten) TRY(db.run("DELETE FROM past WHERE at < ?", *batch.past_forgotten));
  return {};
}

// MergedOnce, checked where it is written: an item is new, and its entry is not wholly done.
Result<void> put_done(Database& db, const Batch& batch) {
  if (batch.done.empty() && batch.done_whole.empty()) return {};
  Position up_to = TRY(db.one<Position>("SELECT number FROM mark WHERE name = 'done_up_to'"));
  const Position before = up_to;
  Position asked;  // items of one entry follow each other
  bool open = false;
  for (const Settles& item : batch.done) {
    if (item.position != asked) {
      asked = item.position;
      open =
          asked > up_to && TRY(db.one<std::int64_t>("SELECT count(*) FROM done_whole WHERE position = ?", asked)) == 0;
    }
    bool fresh = open;
    if (fresh) {
      TRY(db.run("INSERT OR IGNORE INTO done (position, item) VALUES (?,?)", item.position, item.item));
      fresh = db.changes() == 1;
    }
    if (!fresh) {
      return fail(Code::InvariantBroken,
                  std::string(to_text(Invariant::MergedOnce)) + ": an item of the inbox would be done twice",
                  "Nothing was stored. Report this.");
    }
  }
  for (const Position whole : batch.done_whole) {
    if (whole <= up_to) continue;
    TRY(db.run("INSERT OR IGNORE INTO done_whole (position) VALUES (?)", whole));
    TRY(db.run("DELETE FROM done WHERE position = ?", whole));
  }
  // The first position after the mark that is not wholly done: up to there, the mark says it all.
  while (!batch.done_whole.empty()) {
    TRY(db.run("DELETE FROM done_whole WHERE position = ?", Position(up_to.number + 1)));
    if (db.changes() == 0) break;
    ++up_to.number;
  }
  if (up_to > before) TRY(db.run("UPDATE mark SET number = ? WHERE name = 'done_up_to'", up_to));
  return {};
}

Result<void> put_seen(Database& db, const Batch& batch) {
  for (const auto& [system, digest] : batch.seen) {
    TRY(db.run("INSERT OR IGNORE INTO seen (system, digest) VALUES (?,?)", system, Blob{digest}));
  }
  return {};
}

}  // namespace

Result<void> write_batch(Database& db, const Batch& batch) {
  for (const auto put : {put_done, put_goldens, put_links, put_match_keys, put_deliveries, put_dead_letters,
                         put_reviews, put_audit, put_settings, put_past, put_seen}) {
    TRY(put(db, batch));
  }
  return {};
}

}  // namespace linchpin::store
