-- squawk-ignore-file ban-drop-table
-- Loses: events that no relay has read yet.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE outbox_events;
