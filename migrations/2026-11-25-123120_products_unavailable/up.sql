-- Why: what is reserved or sold, newest first. The other lists of it are in ix_products_price and ix_products_popular.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_unavailable ON products (category, feed_type, created_at DESC, id DESC)
WHERE NOT is_available AND archived_at IS NULL;
