-- Why: how often a password was tried, so that a limit holds over several servers and a restart. A row per identifier,
--      network or person, under a keyed hash: neither the table nor a copy of it says who. The times of the tries that
--      still count are kept, which makes the limit exact for any stretch of time; there are 60 at most.
-- Lock: none; a new table.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE attempts (
    pseudonym bytea NOT NULL,
    tried_at timestamptz [] NOT NULL,
    created_at timestamptz NOT NULL,
    -- From when on none of them counts.
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY (pseudonym),
    CONSTRAINT ck_attempts_pseudonym CHECK (octet_length(pseudonym) = 32),
    CONSTRAINT ck_attempts_tried_at CHECK (cardinality(tried_at) BETWEEN 1 AND 100)
);

CREATE INDEX ix_attempts_expires_at ON attempts (expires_at);
