-- squawk-ignore-file require-concurrent-index-deletion
-- Loses: nothing but speed.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP INDEX ix_streams_viewers;
DROP INDEX ix_streams_created;
