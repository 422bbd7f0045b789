-- Why: who likes what. products.likes_count is kept in the same transaction, so the count can be proved from the rows.
-- Lock: SHARE ROW EXCLUSIVE on products and users for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE product_likes (
    product_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_product_likes PRIMARY KEY (product_id, user_id),
    CONSTRAINT fk_product_likes_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
    CONSTRAINT fk_product_likes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- A person's likes, newest first.
CREATE INDEX ix_product_likes_user_id ON product_likes (user_id, created_at DESC, product_id DESC);
