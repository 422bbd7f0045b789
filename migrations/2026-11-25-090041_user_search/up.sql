-- Why: finding accounts by a part of their username or e-mail address, for those who run the place; and listing all of
--      them, newest first.
-- Lock: SHARE on users while the indexes are built: writes wait. The table is small when this first runs.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_users_username_trgm ON users USING gin ((username::text) gin_trgm_ops);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_users_email_trgm ON users USING gin ((email::text) gin_trgm_ops);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_users_created ON users (created_at DESC, id DESC);
