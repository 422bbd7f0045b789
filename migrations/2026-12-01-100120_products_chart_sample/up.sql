-- Why: so that every search for points is written in the same way.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_chart_sample ON products USING gist ((chart_point(location)))
WHERE is_available AND (get_byte(uuid_send(id), 15) & 63) = 0;
