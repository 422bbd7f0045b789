-- Why: the constraint of the migration before holds for new rows; now it is known to hold for all.
-- Lock: SHARE UPDATE EXCLUSIVE on streams: reads and writes go on.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE streams VALIDATE CONSTRAINT ck_streams_viewers_count;
