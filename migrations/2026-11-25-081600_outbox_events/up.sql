-- Why: what happened, written in the transaction in which it happened: the source of live events, notifications and
--      webhooks. Identity numbers are handed out before commit, so a reader that only follows them would step over a slow
--      transaction. xid closes that gap: everything below pg_snapshot_xmin(pg_current_snapshot()) is settled, so a relay
--      reads "WHERE (xid, id) > (its bookmark) AND xid < that horizon ORDER BY xid, id" and misses nothing. Transaction
--      numbers are the whole server's: a long write in any of its databases holds the horizon back, and after a restore
--      from a dump bookmarks begin anew.
-- Lock: none; a new table.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE outbox_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- For example "offer.accepted".
    kind text NOT NULL,
    -- What it happened to, for example "offer" and the offer's id. Not a key: events outlive rows.
    aggregate text NOT NULL,
    aggregate_id uuid NOT NULL,
    payload jsonb NOT NULL,
    -- The people who may hear of it.
    audience uuid [] NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_outbox_events PRIMARY KEY (id),
    CONSTRAINT ck_outbox_events_kind CHECK (kind ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'),
    CONSTRAINT ck_outbox_events_aggregate CHECK (aggregate ~ '^[a-z_]{1,40}$'),
    CONSTRAINT ck_outbox_events_payload CHECK (
        jsonb_typeof(payload) = 'object' AND octet_length(payload::text) <= 65536
    ),
    CONSTRAINT ck_outbox_events_audience CHECK (array_position(audience, NULL) IS NULL)
);

CREATE INDEX ix_outbox_events_position ON outbox_events (xid, id);
