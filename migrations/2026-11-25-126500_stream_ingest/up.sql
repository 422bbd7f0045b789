-- Why: the key under which a show's video comes in, as a hash, and who sends it; apart from the show, so that no public
--      query touches it.
-- Lock: SHARE ROW EXCLUSIVE on streams for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE stream_ingest (
    stream_id uuid NOT NULL,
    key_hash bytea NOT NULL,
    -- The key that whoever sends video now had shown, and how the media server knows them.
    publisher_hash bytea,
    publisher_id text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_stream_ingest PRIMARY KEY (stream_id),
    CONSTRAINT fk_stream_ingest_stream_id FOREIGN KEY (stream_id) REFERENCES streams (id) ON DELETE CASCADE,
    CONSTRAINT ck_stream_ingest_key_hash CHECK (octet_length(key_hash) = 32),
    CONSTRAINT ck_stream_ingest_publisher CHECK (
        (publisher_hash IS NULL) = (publisher_id IS NULL)
        AND octet_length(publisher_hash) = 32
        AND char_length(publisher_id) <= 255
    )
);
