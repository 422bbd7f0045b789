-- Why: whoever was away is told what they missed. Without this index that reads everybody's events since then: a quarter
--      of a second for a hundred thousand of them, a second for a million, and with it some milliseconds, whatever the gap.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_outbox_events_audience ON outbox_events USING gin (audience);
