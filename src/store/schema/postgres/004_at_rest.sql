-- A keyed digest of what a link's record was when it was last read and nothing came of it (engine/at_rest.hpp); empty: not known.
ALTER TABLE link ADD COLUMN at_rest bytea NOT NULL DEFAULT ''::bytea;
