-- squawk-ignore-file ban-drop-table
-- Loses: every log-in; people are logged out as soon as their access token runs out.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE sessions;
