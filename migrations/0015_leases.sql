SET LOCAL search_path = greenlit, public;

-- For how long nobody worked on a run since it began: it waited for a person, or its server was gone. What is left of
-- the time that an answer may take is counted without it. `heartbeat_at` says since when nobody does.
ALTER TABLE runs ADD COLUMN rested interval NOT NULL DEFAULT '0';

-- The leases of all runs of a server are renewed by one statement, which also tells where a stop was asked for.
GRANT SELECT (cancel_requested_at, heartbeat_at, rested), UPDATE (rested) ON runs TO greenlit_worker;
