-- Why: so that what is near is found by one search (chart_point).
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_chart ON products USING gist ((chart_point(location)))
WHERE is_available;
