-- Why: who wants nothing to do with whom. Neither of the two writes to the other or makes the other an offer, whichever of
--      them blocked; only the one who did sees it.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE user_blocks (
    blocker_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_user_blocks PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT fk_user_blocks_blocker_id FOREIGN KEY (blocker_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_user_blocks_blocked_id FOREIGN KEY (blocked_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_user_blocks_parties CHECK (blocker_id <> blocked_id)
);

-- A person's list, newest first.
CREATE INDEX ix_user_blocks_blocker_id ON user_blocks (blocker_id, created_at DESC, blocked_id DESC);
CREATE INDEX ix_user_blocks_blocked_id ON user_blocks (blocked_id);
