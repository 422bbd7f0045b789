-- Loses: nothing but speed.
-- squawk-ignore require-lock-timeout, require-statement-timeout
DROP INDEX CONCURRENTLY IF EXISTS ix_products_unavailable;
