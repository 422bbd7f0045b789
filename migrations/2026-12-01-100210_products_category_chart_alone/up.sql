-- Why: what it was for is found in ix_products_category_chart.
-- Lock: none that writes wait for. If it fails half-way, run it again.
-- Running version: searches without an index until it is replaced by one that knows the new one.
-- squawk-ignore require-lock-timeout, require-statement-timeout
DROP INDEX CONCURRENTLY IF EXISTS ix_products_category_location;
