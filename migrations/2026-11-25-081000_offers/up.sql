-- Why: price negotiation. Two partial unique indexes hold what races would break: one pending offer per buyer and
--      listing, one accepted offer per listing.
-- Lock: SHARE ROW EXCLUSIVE on users, products and conversations for the foreign keys, for milliseconds: the new table
--       is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE offers (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    conversation_id uuid,
    proposed_by offer_party NOT NULL,
    -- The offer that this one counters; a first offer has none and is round 1.
    parent_offer_id uuid,
    round integer NOT NULL DEFAULT 1,
    amount_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    message text,
    status offer_status NOT NULL,
    status_reason offer_status_reason,
    expires_at timestamptz NOT NULL,
    -- When it was accepted, rejected or withdrawn.
    responded_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_offers PRIMARY KEY (id),
    -- With the seller, so that an offer cannot name anybody but the listing's.
    CONSTRAINT fk_offers_product_id FOREIGN KEY (product_id, seller_id) REFERENCES products (id, seller_id)
    ON DELETE RESTRICT,
    CONSTRAINT fk_offers_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_offers_seller_id FOREIGN KEY (seller_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_offers_conversation_id FOREIGN KEY (conversation_id) REFERENCES conversations (id)
    ON DELETE RESTRICT,
    CONSTRAINT fk_offers_parent_offer_id FOREIGN KEY (parent_offer_id) REFERENCES offers (id) ON DELETE RESTRICT,
    CONSTRAINT ck_offers_parties CHECK (buyer_id <> seller_id),
    CONSTRAINT ck_offers_round CHECK (round >= 1 AND (round = 1) = (parent_offer_id IS NULL)),
    CONSTRAINT ck_offers_parent_offer_id CHECK (parent_offer_id <> id),
    CONSTRAINT ck_offers_amount_minor CHECK (amount_minor BETWEEN 1 AND 99999999999),
    CONSTRAINT ck_offers_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_offers_message CHECK (char_length(message) BETWEEN 1 AND 2000),
    CONSTRAINT ck_offers_expires_at CHECK (expires_at > created_at),
    -- An accepted offer that is never paid ends as expired too, so expired says nothing about responded_at.
    CONSTRAINT ck_offers_responded_at CHECK (
        CASE status
            WHEN 'pending' THEN responded_at IS NULL
            WHEN 'accepted' THEN responded_at IS NOT NULL
            WHEN 'rejected' THEN responded_at IS NOT NULL
            WHEN 'cancelled' THEN responded_at IS NOT NULL
            WHEN 'expired' THEN TRUE
            ELSE FALSE
        END
    ),
    CONSTRAINT ck_offers_status_reason CHECK (
        CASE status
            WHEN 'pending' THEN status_reason IS NULL
            WHEN 'accepted' THEN status_reason IS NULL
            WHEN 'rejected' THEN
                status_reason IS NOT NULL
                AND status_reason IN (
                    'declined', 'countered', 'auto_declined', 'item_sold', 'item_archived', 'account_closed'
                )
            WHEN 'cancelled' THEN status_reason IS NOT NULL AND status_reason IN ('withdrawn', 'account_closed')
            WHEN 'expired' THEN status_reason IS NULL OR status_reason = 'payment_lapsed'
            ELSE FALSE
        END
    )
);

CREATE UNIQUE INDEX uq_offers_pending ON offers (product_id, buyer_id)
WHERE status = 'pending';
CREATE UNIQUE INDEX uq_offers_accepted ON offers (product_id)
WHERE status = 'accepted';
-- An offer is countered once.
CREATE UNIQUE INDEX uq_offers_parent_offer_id ON offers (parent_offer_id)
WHERE parent_offer_id IS NOT NULL;
CREATE INDEX ix_offers_product ON offers (product_id, seller_id, created_at DESC, id DESC);
CREATE INDEX ix_offers_conversation ON offers (conversation_id, created_at DESC, id DESC)
WHERE conversation_id IS NOT NULL;
CREATE INDEX ix_offers_buyer ON offers (buyer_id, created_at DESC, id DESC);
CREATE INDEX ix_offers_seller ON offers (seller_id, created_at DESC, id DESC);
-- For the sweep that tidies up what has expired; an index on the status itself would be a full scan in disguise.
CREATE INDEX ix_offers_status ON offers (expires_at)
WHERE status = 'pending';
