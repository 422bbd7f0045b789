-- Why: live shows with most viewers first, and all shows newest first, a page at a time.
-- Lock: SHARE on streams while the indexes are built: writes wait. The table is small when this first runs.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_streams_viewers ON streams (viewers_count DESC, id DESC)
WHERE status = 'live';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_streams_created ON streams (created_at DESC, id DESC);
