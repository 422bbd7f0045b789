-- Why: payments. status is the payment, fulfilment is the parcel. The split into fee and payout adds up by construction,
--      and a listing has at most one live transaction.
-- Lock: SHARE ROW EXCLUSIVE on users, products and offers for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE transactions (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    offer_id uuid,
    subtotal_minor bigint NOT NULL,
    platform_fee_minor bigint NOT NULL,
    seller_payout_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0,
    currency char(3) NOT NULL,
    -- The schedule the fee was made with, as it was on that day.
    fee_schedule jsonb NOT NULL,
    status transaction_status NOT NULL,
    fulfilment fulfilment NOT NULL,
    stripe_payment_intent_id text,
    stripe_charge_id text,
    stripe_transfer_id text,
    pay_by timestamptz NOT NULL,
    paid_at timestamptz,
    shipped_at timestamptz,
    received_at timestamptz,
    payout_at timestamptz,
    refunded_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_transactions PRIMARY KEY (id),
    CONSTRAINT fk_transactions_product_id FOREIGN KEY (product_id, seller_id) REFERENCES products (id, seller_id)
    ON DELETE RESTRICT,
    CONSTRAINT fk_transactions_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_transactions_seller_id FOREIGN KEY (seller_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_transactions_offer_id FOREIGN KEY (offer_id) REFERENCES offers (id) ON DELETE RESTRICT,
    CONSTRAINT ck_transactions_parties CHECK (buyer_id <> seller_id),
    CONSTRAINT ck_transactions_amounts CHECK (
        subtotal_minor BETWEEN 1 AND 99999999999 AND platform_fee_minor >= 0 AND seller_payout_minor >= 0
    ),
    CONSTRAINT ck_transactions_split CHECK (subtotal_minor = platform_fee_minor + seller_payout_minor),
    CONSTRAINT ck_transactions_refunded_minor CHECK (refunded_minor BETWEEN 0 AND subtotal_minor),
    CONSTRAINT ck_transactions_refunded_at CHECK ((refunded_minor > 0) = (refunded_at IS NOT NULL)),
    CONSTRAINT ck_transactions_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_transactions_fee_schedule CHECK (
        jsonb_typeof(fee_schedule) = 'object' AND octet_length(fee_schedule::text) <= 4096
    ),
    CONSTRAINT ck_transactions_stripe_payment_intent_id CHECK (
        char_length(stripe_payment_intent_id) BETWEEN 1 AND 255
    ),
    CONSTRAINT ck_transactions_stripe_charge_id CHECK (char_length(stripe_charge_id) BETWEEN 1 AND 255),
    CONSTRAINT ck_transactions_stripe_transfer_id CHECK (char_length(stripe_transfer_id) BETWEEN 1 AND 255),
    CONSTRAINT ck_transactions_pay_by CHECK (pay_by > created_at),
    -- Completed means captured; refunded means wholly refunded, a part leaves it completed.
    CONSTRAINT ck_transactions_status CHECK (
        CASE status
            WHEN 'pending' THEN paid_at IS NULL
            WHEN 'completed' THEN paid_at IS NOT NULL
            WHEN 'refunded' THEN paid_at IS NOT NULL AND refunded_minor = subtotal_minor
            WHEN 'failed' THEN TRUE
            WHEN 'cancelled' THEN TRUE
            ELSE FALSE
        END
    ),
    CONSTRAINT ck_transactions_unpaid CHECK (
        paid_at IS NOT NULL
        OR (
            fulfilment = 'none'
            AND refunded_minor = 0
            AND num_nonnulls(shipped_at, received_at, payout_at, refunded_at) = 0
        )
    ),
    CONSTRAINT ck_transactions_fulfilment CHECK (
        CASE fulfilment
            WHEN 'none' THEN shipped_at IS NULL AND received_at IS NULL
            WHEN 'awaiting_shipment' THEN shipped_at IS NULL AND received_at IS NULL
            WHEN 'shipped' THEN shipped_at IS NOT NULL AND received_at IS NULL
            WHEN 'received' THEN received_at IS NOT NULL
            WHEN 'disputed' THEN TRUE
            ELSE FALSE
        END
    )
);

-- Live: waiting for money, or paid and not wholly given back.
CREATE UNIQUE INDEX uq_transactions_live ON transactions (product_id)
WHERE status IN ('pending', 'completed');
CREATE UNIQUE INDEX uq_transactions_offer_id ON transactions (offer_id)
WHERE offer_id IS NOT NULL;
CREATE UNIQUE INDEX uq_transactions_stripe_payment_intent_id ON transactions (stripe_payment_intent_id)
WHERE stripe_payment_intent_id IS NOT NULL;
CREATE UNIQUE INDEX uq_transactions_stripe_charge_id ON transactions (stripe_charge_id)
WHERE stripe_charge_id IS NOT NULL;
CREATE INDEX ix_transactions_product ON transactions (product_id, seller_id, created_at DESC, id DESC);
CREATE INDEX ix_transactions_buyer ON transactions (buyer_id, created_at DESC, id DESC);
CREATE INDEX ix_transactions_seller ON transactions (seller_id, created_at DESC, id DESC);
-- For the sweep that releases what was never paid.
CREATE INDEX ix_transactions_status ON transactions (pay_by)
WHERE status = 'pending';
