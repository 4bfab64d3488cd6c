-- What each applied version says: its files and what changed with it (engine/register.hpp).
ALTER TABLE register ADD COLUMN sealed bytea NOT NULL DEFAULT '';
