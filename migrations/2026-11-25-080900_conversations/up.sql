-- Why: one thread per buyer, seller and listing. Unread counts are derived from how far each side has read, so they
--      cannot drift: last_seq is the number of the newest message, and sending counts as reading. The pointer to that
--      message comes with the messages table.
-- Lock: SHARE ROW EXCLUSIVE on users and products for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE conversations (
    id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    product_id uuid,
    last_message_at timestamptz,
    last_seq bigint NOT NULL DEFAULT 0,
    buyer_last_read_seq bigint NOT NULL DEFAULT 0,
    seller_last_read_seq bigint NOT NULL DEFAULT 0,
    buyer_unread_count bigint NOT NULL GENERATED ALWAYS AS (last_seq - buyer_last_read_seq) STORED,
    seller_unread_count bigint NOT NULL GENERATED ALWAYS AS (last_seq - seller_last_read_seq) STORED,
    buyer_archived_at timestamptz,
    seller_archived_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_conversations PRIMARY KEY (id),
    CONSTRAINT fk_conversations_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_conversations_seller_id FOREIGN KEY (seller_id) REFERENCES users (id) ON DELETE RESTRICT,
    -- With the seller, so that a thread about a listing cannot be with anybody but its seller.
    CONSTRAINT fk_conversations_product_id FOREIGN KEY (product_id, seller_id) REFERENCES products (id, seller_id)
    ON DELETE RESTRICT,
    CONSTRAINT ck_conversations_parties CHECK (buyer_id <> seller_id),
    CONSTRAINT ck_conversations_buyer_last_read_seq CHECK (buyer_last_read_seq BETWEEN 0 AND last_seq),
    CONSTRAINT ck_conversations_seller_last_read_seq CHECK (seller_last_read_seq BETWEEN 0 AND last_seq),
    CONSTRAINT ck_conversations_last_message_at CHECK ((last_seq = 0) = (last_message_at IS NULL))
)
-- Room on each page: every message updates its thread.
WITH (fillfactor = 85);

-- A thread about no listing is one of a kind as well, hence NULLS NOT DISTINCT.
CREATE UNIQUE INDEX ix_conversations_buyer_seller ON conversations (buyer_id, seller_id, product_id)
NULLS NOT DISTINCT;
CREATE INDEX ix_conversations_product ON conversations (product_id, seller_id);
-- The inbox is a UNION ALL of both sides, each newest first.
CREATE INDEX ix_conversations_buyer_inbox ON conversations (buyer_id, last_message_at DESC NULLS LAST, id DESC);
CREATE INDEX ix_conversations_seller_inbox ON conversations (seller_id, last_message_at DESC NULLS LAST, id DESC);
