-- Loses: nothing.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_category_location ON products USING gist (category, (st_force2d(location)::point))
WHERE is_available;
