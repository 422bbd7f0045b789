-- Why: the rows behind streams.shares_count, written in the same transaction; a person counts once.
-- Lock: SHARE ROW EXCLUSIVE on streams and users for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE stream_shares (
    stream_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_stream_shares PRIMARY KEY (stream_id, user_id),
    CONSTRAINT fk_stream_shares_stream_id FOREIGN KEY (stream_id) REFERENCES streams (id) ON DELETE CASCADE,
    CONSTRAINT fk_stream_shares_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_stream_shares_user_id ON stream_shares (user_id, created_at DESC, stream_id DESC);
