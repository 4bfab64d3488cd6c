-- What golden records and records were before each change and each write of ours (engine/past.hpp): of the last days, so
-- that it can be taken back. An identity: an id is never used again, since ids say what came before what.
CREATE TABLE past (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, golden text COLLATE "C" NOT NULL, change text COLLATE "C" NOT NULL,
  at bigint NOT NULL, written bigint NOT NULL, sealed bytea NOT NULL);
CREATE INDEX past_golden ON past (golden, id);
CREATE INDEX past_change ON past (change, golden);
CREATE INDEX past_at ON past (at);
