-- Why: lists by price, and price ranges in any list. One index for every filter: a list that leaves the kind or the window
--      open merges what each of them has. What is reserved or sold is in it as well, apart from what is available.
-- Lock: none that writes wait for. If it fails half-way, drop the index and run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_products_price ON products (category, feed_type, is_available, price_minor, id)
WHERE archived_at IS NULL;
