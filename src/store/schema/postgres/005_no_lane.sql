-- Was to spread the work over processes; one of them does it all.
ALTER TABLE delivery DROP COLUMN lane;
