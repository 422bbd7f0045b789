-- squawk-ignore-file ban-drop-table
-- Loses: resets that were asked for in the last half hour; people ask again.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE password_resets;
