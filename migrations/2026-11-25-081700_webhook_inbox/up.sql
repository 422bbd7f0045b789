-- Why: ids of events that a provider has told us of, written in the transaction of their effect: telling us again changes
--      nothing.
-- Lock: none; a new table.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE webhook_inbox (
    provider text NOT NULL,
    event_id text NOT NULL,
    -- The provider's own word, for example "payment_intent.succeeded".
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_webhook_inbox PRIMARY KEY (provider, event_id),
    CONSTRAINT ck_webhook_inbox_provider CHECK (provider ~ '^[a-z_]{1,40}$'),
    CONSTRAINT ck_webhook_inbox_event_id CHECK (char_length(event_id) BETWEEN 1 AND 255),
    CONSTRAINT ck_webhook_inbox_kind CHECK (char_length(kind) BETWEEN 1 AND 120)
);

-- For tidying up: providers stop repeating after some days.
CREATE INDEX ix_webhook_inbox_created_at ON webhook_inbox (created_at);
