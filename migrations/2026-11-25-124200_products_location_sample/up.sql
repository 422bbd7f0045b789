-- Why: a map of a large area with a filter that the kept counts do not know (price, condition) is counted on one listing in
--      64. The ids end in random bits, so that the sample is a fair one.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_location_sample ON products USING gist (location)
WHERE is_available AND (get_byte(uuid_send(id), 15) & 63) = 0;
