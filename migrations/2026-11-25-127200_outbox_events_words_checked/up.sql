-- Why: the constraints of the migration before hold for new rows; now they are known to hold for all.
-- Lock: SHARE UPDATE EXCLUSIVE on outbox_events: reads and writes go on.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '5min';

ALTER TABLE outbox_events VALIDATE CONSTRAINT ck_outbox_events_kind;
ALTER TABLE outbox_events VALIDATE CONSTRAINT ck_outbox_events_aggregate;
