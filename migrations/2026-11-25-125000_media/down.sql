-- squawk-ignore-file ban-drop-table
-- Loses: which pictures there are. Their files stay where they are stored.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE media;
