-- Why: as for all points. ST_Force2D changes nothing about our points: it keeps the planner from taking this index for
--      searches without a category.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_category_point ON products USING gist (category, (st_force2d(location)::point))
WHERE is_available;
