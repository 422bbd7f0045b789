-- Loses: nothing but speed.
DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_events_audience;
