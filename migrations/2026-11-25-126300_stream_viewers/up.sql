-- Why: who watches which show, as keyed pseudonyms, and when they last said so.
--      Unlogged: a row is worth a minute, and comes back by itself after a crash; so it costs no write-ahead log and
--      its commit waits for no disk. Without a foreign key: checking it would lock the show's row for each viewer.
-- Lock: none that anybody waits for; the table is new.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE UNLOGGED TABLE stream_viewers (
    stream_id uuid NOT NULL,
    viewer bytea NOT NULL,
    seen_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_stream_viewers PRIMARY KEY (stream_id, viewer),
    CONSTRAINT ck_stream_viewers_viewer CHECK (octet_length(viewer) = 32),
    CONSTRAINT ck_stream_viewers_seen_at CHECK (seen_at >= created_at)
    -- Half of each page stays free, so that signs of life are written beside the ones before and no index grows.
) WITH (fillfactor = 50);
