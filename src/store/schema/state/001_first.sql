-- The state of a hub. What is private is in the columns called `sealed`; the rest is ids, names, numbers and times (ms since 1970).

CREATE TABLE file (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), commits INTEGER NOT NULL);
INSERT INTO file VALUES (1, 0);

CREATE TABLE golden (
  id TEXT NOT NULL UNIQUE, entity TEXT NOT NULL, version INTEGER NOT NULL, created INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX golden_entity ON golden (entity, id);

CREATE TABLE link (
  system TEXT NOT NULL, object TEXT NOT NULL, record TEXT NOT NULL, entity TEXT NOT NULL, golden TEXT NOT NULL,
  confirmed INTEGER NOT NULL, gone INTEGER NOT NULL, sealed BLOB NOT NULL, UNIQUE (system, object, record, entity));
CREATE INDEX link_golden ON link (golden);

CREATE TABLE match_key (
  key BLOB NOT NULL, entity TEXT NOT NULL, golden TEXT NOT NULL, system TEXT NOT NULL, object TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (key, entity, golden, system, object, record)) WITHOUT ROWID;
CREATE INDEX match_key_link ON match_key (system, object, record, entity);
CREATE INDEX match_key_golden ON match_key (golden);

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, system TEXT NOT NULL, object TEXT NOT NULL, record TEXT NOT NULL,
  golden TEXT NOT NULL, entity TEXT NOT NULL, mapping TEXT NOT NULL, flow TEXT NOT NULL, operation INTEGER NOT NULL,
  named TEXT NOT NULL, priority INTEGER NOT NULL, regulated INTEGER NOT NULL, state INTEGER NOT NULL, attempt INTEGER NOT NULL,
  suffix INTEGER NOT NULL, due INTEGER NOT NULL, made INTEGER NOT NULL, seen INTEGER NOT NULL, change TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, sealed BLOB NOT NULL);
-- Of what waits only (state 0): a delivery that goes at once never enters them.
CREATE INDEX delivery_order ON delivery (system, priority, id, due) WHERE state = 0;
CREATE INDEX delivery_due ON delivery (system, due) WHERE state = 0;
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_golden ON delivery (golden);

CREATE TABLE dead_letter (
  id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, system TEXT NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL,
  flow TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, place TEXT NOT NULL, since INTEGER NOT NULL,
  regulated INTEGER NOT NULL, golden TEXT NOT NULL, record_system TEXT NOT NULL, record_object TEXT NOT NULL,
  record TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX dead_letter_since ON dead_letter (since, id);

CREATE TABLE review (
  id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, system TEXT NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL,
  code TEXT NOT NULL, message TEXT NOT NULL, since INTEGER NOT NULL, regulated INTEGER NOT NULL, golden TEXT NOT NULL,
  record_system TEXT NOT NULL, record_object TEXT NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL, answered_by TEXT NOT NULL,
  answered INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX review_since ON review (state, since, id);
CREATE INDEX review_record ON review (record_system, record_object, record);
CREATE INDEX review_golden ON review (golden);

CREATE TABLE cursor (
  system TEXT NOT NULL, object TEXT NOT NULL, purpose TEXT NOT NULL, cursor TEXT NOT NULL, since INTEGER, at INTEGER NOT NULL,
  done INTEGER NOT NULL, PRIMARY KEY (system, object, purpose)) WITHOUT ROWID;
CREATE TABLE credential (system TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE register (
  version INTEGER PRIMARY KEY, digest TEXT NOT NULL, applied_by TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE app (
  name TEXT PRIMARY KEY, token_hash TEXT NOT NULL, made INTEGER NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Marks that only rise: 'done_up_to' (every entry of the inbox up to it is wholly done) and 'last_delivery'.
CREATE TABLE mark (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO mark VALUES ('done_up_to', 0), ('last_delivery', 0);
CREATE TABLE done (position INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (position, item)) WITHOUT ROWID;
CREATE TABLE done_whole (position INTEGER PRIMARY KEY);
CREATE TABLE seen (system TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (system, digest)) WITHOUT ROWID;

-- The audit log: rows that wait for their index (AUTOINCREMENT: an id is never used again), the leaves, the complete nodes.
CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE leaf (number INTEGER PRIMARY KEY, entry BLOB NOT NULL, person TEXT NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX leaf_person ON leaf (person, number) WHERE person <> '';
CREATE TABLE node (level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
