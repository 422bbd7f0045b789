-- squawk-ignore-file ban-drop-table
-- Loses: who blocked whom.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE user_blocks;
