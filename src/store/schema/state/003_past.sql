-- What golden records and records were before each change and each write of ours (engine/past.hpp): of the last days, so
-- that it can be taken back. AUTOINCREMENT: an id is never used again, since ids say what came before what.
CREATE TABLE past (
  id INTEGER PRIMARY KEY AUTOINCREMENT, golden TEXT NOT NULL, change TEXT NOT NULL, at INTEGER NOT NULL, written INTEGER NOT NULL,
  sealed BLOB NOT NULL);
CREATE INDEX past_golden ON past (golden, id);
CREATE INDEX past_change ON past (change, golden);
CREATE INDEX past_at ON past (at);
