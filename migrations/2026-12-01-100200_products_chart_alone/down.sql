-- Loses: nothing.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY idx_products_location ON products USING gist ((location::point))
WHERE is_available;
