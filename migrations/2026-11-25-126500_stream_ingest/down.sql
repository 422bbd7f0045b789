-- squawk-ignore-file ban-drop-table
-- Loses: the keys of all shows; their owners ask for new ones.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE stream_ingest;
