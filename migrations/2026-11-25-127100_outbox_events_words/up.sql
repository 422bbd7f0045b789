-- Why: two patterns took a third of the time that writing an event takes. The same rules without patterns: letters and
--      underscores, and one dot between two words.
-- Lock: ACCESS EXCLUSIVE on outbox_events for milliseconds: the constraints are checked later.
-- Running version: writes what both allow.
-- squawk-ignore-file ban-drop-constraint
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE outbox_events
DROP CONSTRAINT ck_outbox_events_kind,
DROP CONSTRAINT ck_outbox_events_aggregate,
ADD CONSTRAINT ck_outbox_events_kind CHECK (
    octet_length(kind) <= 81 AND kind LIKE '_%._%' AND translate(kind, '_abcdefghijklmnopqrstuvwxyz', '') = '.'
) NOT VALID,
ADD CONSTRAINT ck_outbox_events_aggregate CHECK (
    octet_length(aggregate) BETWEEN 1 AND 40 AND translate(aggregate, '_abcdefghijklmnopqrstuvwxyz', '') = ''
) NOT VALID;
