-- A hub in PostgreSQL. What is private is in the columns called `sealed`; the rest is ids, names, numbers and times (ms since 1970).
-- Numbers are bigint, also those that are booleans elsewhere. What a vendor chose (a record's id, a page's cursor) and texts that
-- quote it are bytea: text takes neither a NUL nor what is no UTF-8. Names sort by bytes ("C"), as everywhere in the hub.

-- Who may write the state. `number` rises with each taking; `last` is the token of the last commit, which the next one must name, so
-- that a commit whose outcome is unknown can be looked for, and none is built on a state that is not the last. Every commit
-- updates the row, so a taking and a commit never pass each other. The lease is a row of its own, so that renewing it does not.
CREATE TABLE claim (
  name text COLLATE "C" PRIMARY KEY, number bigint NOT NULL, last bigint NOT NULL, process text NOT NULL, address text NOT NULL)
  WITH (fillfactor = 10);
CREATE TABLE lease (
  name text COLLATE "C" PRIMARY KEY, number bigint NOT NULL, until timestamptz NOT NULL) WITH (fillfactor = 10);
INSERT INTO claim VALUES ('line', 0, 0, '', '');
INSERT INTO lease VALUES ('line', 0, '-infinity');

CREATE FUNCTION take_claim(wanted text, by_process text, at_address text, lease_ms bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
  ends timestamptz;
BEGIN
  SELECT number INTO held FROM claim WHERE name = wanted FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT until INTO ends FROM lease WHERE name = wanted FOR UPDATE;
  IF ends > clock_timestamp() THEN RETURN 0; END IF;
  UPDATE claim SET number = held + 1, process = by_process, address = at_address WHERE name = wanted;
  UPDATE lease SET number = held + 1, until = clock_timestamp() + lease_ms * interval '1 millisecond' WHERE name = wanted;
  RETURN held + 1;
END $$;

CREATE FUNCTION fence(claimed text, by_number bigint, after bigint, token bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE claim SET last = token WHERE name = claimed AND number = by_number AND last = after;
  IF NOT FOUND THEN RAISE EXCEPTION 'the claim, or the state, is another' USING ERRCODE = 'LN002'; END IF;
END $$;

CREATE TABLE golden (
  id text COLLATE "C" PRIMARY KEY, entity text COLLATE "C" NOT NULL, version bigint NOT NULL, created bigint NOT NULL, sealed bytea NOT NULL);
CREATE INDEX golden_entity ON golden (entity, id);

CREATE TABLE link (
  system text COLLATE "C" NOT NULL, object text COLLATE "C" NOT NULL, record bytea NOT NULL, entity text COLLATE "C" NOT NULL,
  golden text COLLATE "C" NOT NULL, confirmed bigint NOT NULL, gone bigint NOT NULL, sealed bytea NOT NULL,
  PRIMARY KEY (system, object, record, entity));
CREATE INDEX link_golden ON link (golden);

CREATE TABLE match_key (
  key bytea NOT NULL, entity text COLLATE "C" NOT NULL, golden text COLLATE "C" NOT NULL, system text COLLATE "C" NOT NULL,
  object text COLLATE "C" NOT NULL, record bytea NOT NULL, PRIMARY KEY (key, entity, golden, system, object, record));
CREATE INDEX match_key_link ON match_key (system, object, record, entity);
CREATE INDEX match_key_golden ON match_key (golden);

CREATE TABLE delivery (
  id bigint PRIMARY KEY, lane bigint NOT NULL, system text COLLATE "C" NOT NULL, object text COLLATE "C" NOT NULL, record bytea NOT NULL,
  golden text COLLATE "C" NOT NULL, entity text COLLATE "C" NOT NULL, mapping text NOT NULL, flow text NOT NULL,
  operation bigint NOT NULL, named text NOT NULL, priority bigint NOT NULL, regulated bigint NOT NULL, state bigint NOT NULL,
  attempt bigint NOT NULL, suffix bigint NOT NULL, due bigint NOT NULL, made bigint NOT NULL, seen bigint NOT NULL,
  change text NOT NULL, idempotency_key text NOT NULL, sealed bytea NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX delivery_order ON delivery (system, state, priority, id, due);
CREATE INDEX delivery_due ON delivery (system, state, due);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_golden ON delivery (golden);

CREATE TABLE dead_letter (
  id text COLLATE "C" PRIMARY KEY, kind text NOT NULL, system text NOT NULL, entity text NOT NULL, field text NOT NULL,
  flow text NOT NULL, code text NOT NULL, message bytea NOT NULL, place text NOT NULL, since bigint NOT NULL,
  regulated bigint NOT NULL, golden text COLLATE "C" NOT NULL, record_system text NOT NULL, record_object text NOT NULL,
  record bytea NOT NULL, sealed bytea NOT NULL);
CREATE INDEX dead_letter_since ON dead_letter (since, id);

CREATE TABLE review (
  id text COLLATE "C" PRIMARY KEY, kind text NOT NULL, system text NOT NULL, entity text NOT NULL, field text NOT NULL,
  code text NOT NULL, message bytea NOT NULL, since bigint NOT NULL, regulated bigint NOT NULL, golden text COLLATE "C" NOT NULL,
  record_system text COLLATE "C" NOT NULL, record_object text COLLATE "C" NOT NULL, record bytea NOT NULL, state text NOT NULL,
  answered_by text NOT NULL, answered bigint NOT NULL, sealed bytea NOT NULL);
CREATE INDEX review_since ON review (state, since, id);
CREATE INDEX review_record ON review (record_system, record_object, record);
CREATE INDEX review_golden ON review (golden);

CREATE TABLE cursor (
  system text COLLATE "C" NOT NULL, object text COLLATE "C" NOT NULL, purpose text NOT NULL, cursor bytea NOT NULL, since bigint,
  at bigint NOT NULL, done bigint NOT NULL, PRIMARY KEY (system, object, purpose));
CREATE TABLE credential (system text COLLATE "C" PRIMARY KEY, sealed bytea NOT NULL);
CREATE TABLE register (
  version bigint PRIMARY KEY, digest text NOT NULL, applied_by text NOT NULL, why text NOT NULL, at bigint NOT NULL);
CREATE TABLE app (name text COLLATE "C" PRIMARY KEY, token_hash text NOT NULL, made bigint NOT NULL, revoked bigint NOT NULL);
CREATE TABLE meta (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

-- Marks that only rise: 'done_up_to' (every entry of the inbox up to it is wholly done) and 'last_delivery'.
CREATE TABLE mark (name text PRIMARY KEY, number bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO mark VALUES ('done_up_to', 0), ('last_delivery', 0);
CREATE TABLE done (position bigint NOT NULL, item bigint NOT NULL, PRIMARY KEY (position, item))
  WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE done_whole (position bigint PRIMARY KEY) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE seen (system text COLLATE "C" NOT NULL, digest bytea NOT NULL, PRIMARY KEY (system, digest));

-- MergedOnce, checked where it is written: an item is new, and its entry is not wholly done.
CREATE FUNCTION settle(positions bigint[], items bigint[], whole bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  up_to bigint;
  before bigint;
BEGIN
  SELECT number INTO up_to FROM mark WHERE name = 'done_up_to' FOR UPDATE;
  before := up_to;
  IF EXISTS (SELECT FROM unnest(positions) AS p WHERE p <= up_to)
     OR EXISTS (SELECT FROM done_whole WHERE position = ANY (positions)) THEN
    RAISE EXCEPTION 'an item would be done twice' USING ERRCODE = 'LN001';
  END IF;
  INSERT INTO done SELECT p, i FROM unnest(positions, items) AS t (p, i);  -- one that is there: 23505 at done_pkey
  IF cardinality(whole) > 0 THEN
    INSERT INTO done_whole SELECT w FROM unnest(whole) AS w WHERE w > up_to ON CONFLICT DO NOTHING;
    DELETE FROM done WHERE position = ANY (whole);
    -- The first position after the mark that is not wholly done: up to there, the mark says it all.
    LOOP
      DELETE FROM done_whole WHERE position = up_to + 1;
      EXIT WHEN NOT FOUND;
      up_to := up_to + 1;
    END LOOP;
    IF up_to > before THEN UPDATE mark SET number = up_to WHERE name = 'done_up_to'; END IF;
  END IF;
END $$;

-- The audit log: rows that wait for their index (an identity: an id is never used again), the leaves, the complete nodes.
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text NOT NULL, body bytea NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE leaf (number bigint PRIMARY KEY, entry bytea NOT NULL, person text COLLATE "C" NOT NULL, audit bigint NOT NULL);
CREATE INDEX leaf_person ON leaf (person, number) WHERE person <> '';
CREATE TABLE node (level bigint NOT NULL, number bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, number));
CREATE TABLE checkpoint (size bigint PRIMARY KEY, note text NOT NULL);

-- AuditedWithCommit: indexes without a gap, and each leaf takes its row from the queue.
CREATE FUNCTION integrate(numbers bigint[], entries bytea[], persons text[], audits bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  next bigint;
  taken bigint;
BEGIN
  SELECT coalesce(max(number) + 1, 0) INTO next FROM leaf;
  IF EXISTS (SELECT FROM unnest(numbers) WITH ORDINALITY AS t (n, i) WHERE n <> next + i - 1) THEN
    RAISE EXCEPTION 'an index would leave a gap' USING ERRCODE = 'LN003';
  END IF;
  DELETE FROM audit WHERE id = ANY (audits);
  GET DIAGNOSTICS taken = ROW_COUNT;
  IF taken <> cardinality(audits) THEN RAISE EXCEPTION 'an entry would be in the log twice' USING ERRCODE = 'LN004'; END IF;
  INSERT INTO leaf SELECT * FROM unnest(numbers, entries, persons, audits);
END $$;

-- The inbox: one table a day (inbox_2026_11_24), so that forgetting a day is dropping it. Positions count over all days. Whoever appends
-- holds the mark's row until the commit, so a position becomes visible after all that are lower. One call is one transaction:
-- no lock is ever held while PostgreSQL waits for a process that may be paused.
CREATE TABLE inbox_mark (only_row bigint PRIMARY KEY CHECK (only_row = 1), last bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO inbox_mark VALUES (1, 0);
CREATE TABLE inbox_day (day text COLLATE "C" PRIMARY KEY, last bigint NOT NULL) WITH (fillfactor = 10);
-- The last group of each process that appends, so that one whose outcome is unknown can be looked for.
CREATE TABLE inbox_writer (writer text PRIMARY KEY, token bigint NOT NULL, last bigint NOT NULL, at timestamptz NOT NULL)
  WITH (fillfactor = 10);

CREATE FUNCTION append_entries(
  by_writer text, after bigint, this_token bigint, in_day text, systems text[], objects text[], causes bigint[], ats bigint[],
  sealeds bytea[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  first bigint;
  final bigint;
  kept text := 'inbox_' || replace(in_day, '-', '_');
BEGIN
  UPDATE inbox_mark SET last = last + cardinality(systems) RETURNING last INTO final;
  first := final - cardinality(systems);
  IF after = 0 THEN
    INSERT INTO inbox_writer VALUES (by_writer, this_token, final, now());
  ELSE
    UPDATE inbox_writer SET token = this_token, last = final, at = now() WHERE writer = by_writer AND token = after;
    IF NOT FOUND THEN RAISE EXCEPTION 'another group was the last' USING ERRCODE = 'LN002'; END IF;
  END IF;
  UPDATE inbox_day SET last = final WHERE day = in_day;
  IF NOT FOUND THEN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I (position bigint PRIMARY KEY, system text NOT NULL, object text NOT NULL, '
                   'cause bigint NOT NULL, at bigint NOT NULL, sealed bytea NOT NULL)', kept);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN sealed SET STORAGE EXTERNAL', kept);  -- what is sealed does not compress
    INSERT INTO inbox_day VALUES (in_day, final);
  END IF;
  EXECUTE format('INSERT INTO %I SELECT $1 + n, s, o, c, a, b FROM unnest($2, $3, $4, $5, $6) WITH ORDINALITY AS t (s, o, c, a, b, n)',
                 kept) USING first, systems, objects, causes, ats, sealeds;
  PERFORM pg_notify('linchpin_inbox', by_writer);
  RETURN final;
END $$;
