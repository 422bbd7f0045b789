-- Why: PostgreSQL's own points are found in half the time of PostGIS's, kept in full precision, and can be searched for by
--      polygon: deep pages of what is near read a ring.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_point ON products USING gist ((location::point))
WHERE is_available;
