-- squawk-ignore-file ban-drop-table
-- Loses: which events were heard: repeats would be acted on again.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE webhook_inbox;
