-- squawk-ignore-file ban-drop-table
-- Loses: who was verified, and how.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE verifications;
