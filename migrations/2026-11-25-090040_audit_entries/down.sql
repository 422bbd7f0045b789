-- squawk-ignore-file ban-drop-table, ban-drop-function, ban-drop-type
-- Loses: the record of what those who run the place did.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE audit_entries;
DROP FUNCTION audit_is_append_only();
DROP TYPE admin_act;
