-- squawk-ignore-file ban-drop-table
-- Loses: who passed a show on; the counts in streams stay as they are.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE stream_shares;
