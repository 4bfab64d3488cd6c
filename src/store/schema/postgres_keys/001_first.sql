-- Keys, each sealed with the master key, in a schema (or a database: key_store:) of their own that backups of the data leave out.

CREATE TABLE key (name text COLLATE "C" PRIMARY KEY, sealed bytea NOT NULL);
