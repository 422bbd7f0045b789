-- Why: the permission to choose a new password that was sent by e-mail. One per account at most: asking again replaces
--      it, using it removes it. Only the hash of the token is kept.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE password_resets (
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_password_resets PRIMARY KEY (user_id),
    CONSTRAINT fk_password_resets_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_password_resets_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_password_resets_expires_at CHECK (expires_at > created_at)
);

CREATE UNIQUE INDEX uq_password_resets_token_hash ON password_resets (token_hash);
CREATE INDEX ix_password_resets_expires_at ON password_resets (expires_at);
