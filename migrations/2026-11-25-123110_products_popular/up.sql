-- Why: lists by popularity, for every filter as with ix_products_price. A like has to be written here too and is about
--      twice as dear for it, while a look costs what it did.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_popular ON products (category, feed_type, is_available, likes_count DESC, id DESC)
WHERE archived_at IS NULL;
