-- squawk-ignore-file require-concurrent-index-deletion
-- Loses: nothing but speed.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP INDEX ix_users_created;
DROP INDEX ix_users_email_trgm;
DROP INDEX ix_users_username_trgm;
