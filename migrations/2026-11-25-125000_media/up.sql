-- Why: the books about uploaded pictures. A file is stored only for a picture that has a row here, and a row goes only when
--      its files are gone, so that no file is ever forgotten. A row begins without a picture (stored_at IS NULL), gets it
--      when the files are stored, is claimed when something shows it (used_at), and is taken out of use (removed_at) before
--      its files are removed.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE media (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    width integer,
    height integer,
    byte_count bigint,
    blurhash text,
    created_at timestamptz NOT NULL,
    stored_at timestamptz,
    used_at timestamptz,
    removed_at timestamptz,
    CONSTRAINT pk_media PRIMARY KEY (id),
    -- Not CASCADE: a row that vanished would leave its files behind.
    CONSTRAINT fk_media_owner_id FOREIGN KEY (owner_id) REFERENCES users (id),
    CONSTRAINT ck_media_stored_at CHECK (
        num_nulls(stored_at, width, height, byte_count, blurhash) IN (0, 5)
    ),
    CONSTRAINT ck_media_used_at CHECK (used_at IS NULL OR stored_at IS NOT NULL),
    CONSTRAINT ck_media_dimensions CHECK (width BETWEEN 1 AND 16384 AND height BETWEEN 1 AND 16384),
    CONSTRAINT ck_media_byte_count CHECK (byte_count > 0),
    CONSTRAINT ck_media_blurhash CHECK (length(blurhash) BETWEEN 6 AND 100)
);

-- How many an account has, and how many of late.
CREATE INDEX ix_media_owner_id ON media (owner_id, created_at DESC, id DESC);
-- What housekeeping looks for: uploads that came to nothing or that nothing shows, and what has to go.
CREATE INDEX ix_media_leftovers ON media (created_at) WHERE used_at IS NULL AND removed_at IS NULL;
CREATE INDEX ix_media_removed_at ON media (removed_at) WHERE removed_at IS NOT NULL;
