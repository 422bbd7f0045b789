-- Why: one row per log-in, that is per family of refresh tokens. The token rotates, the row stays; only hashes are kept.
--      The hash before the current one is kept as well, to tell a stolen token from one whose answer was lost.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    refresh_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz,
    generation integer NOT NULL DEFAULT 0,
    user_agent text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason session_end,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_sessions_refresh_hash CHECK (octet_length(refresh_hash) = 32),
    CONSTRAINT ck_sessions_previous_hash CHECK (octet_length(previous_hash) = 32),
    CONSTRAINT ck_sessions_rotated_at CHECK ((previous_hash IS NULL) = (rotated_at IS NULL)),
    CONSTRAINT ck_sessions_generation CHECK (generation >= 0),
    CONSTRAINT ck_sessions_user_agent CHECK (char_length(user_agent) BETWEEN 1 AND 400),
    CONSTRAINT ck_sessions_expires_at CHECK (expires_at > created_at),
    CONSTRAINT ck_sessions_ended_at CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);

CREATE UNIQUE INDEX uq_sessions_refresh_hash ON sessions (refresh_hash);
CREATE INDEX ix_sessions_user_id ON sessions (user_id, created_at DESC, id DESC);
-- For tidying up: sessions past their end are of no use to anybody.
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
