-- One day of the inbox. Positions count over all days; `base` is the highest position that was given before this file was made.

CREATE TABLE file (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), commits INTEGER NOT NULL, base INTEGER NOT NULL);
INSERT INTO file VALUES (1, 0, 0);

CREATE TABLE entry (
  position INTEGER PRIMARY KEY, system TEXT NOT NULL, object TEXT NOT NULL, cause INTEGER NOT NULL, at INTEGER NOT NULL,
  sealed BLOB NOT NULL);
