-- Loses: nothing.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_location_sample ON products USING gist ((location::point))
WHERE is_available AND (get_byte(uuid_send(id), 15) & 63) = 0;
