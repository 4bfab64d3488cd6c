-- Keys, each sealed with the master key.

CREATE TABLE file (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), commits INTEGER NOT NULL);
INSERT INTO file VALUES (1, 0);

CREATE TABLE key (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
