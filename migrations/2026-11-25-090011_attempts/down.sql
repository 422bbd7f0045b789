-- squawk-ignore-file ban-drop-table
-- Loses: which passwords were tried in the last minute; whoever was told to wait may try again at once.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE attempts;
