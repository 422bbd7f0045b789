-- squawk-ignore-file ban-drop-table
-- Loses: who watches at this moment, and that they came.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE stream_viewers;
