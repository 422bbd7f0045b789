-- Why: live video, planned, running and past.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE streams (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    category product_category NOT NULL,
    status stream_status NOT NULL,
    thumbnail_url text,
    stream_url text,
    recording_url text,
    views_count bigint NOT NULL DEFAULT 0,
    likes_count bigint NOT NULL DEFAULT 0,
    comments_count bigint NOT NULL DEFAULT 0,
    shares_count bigint NOT NULL DEFAULT 0,
    peak_viewers bigint NOT NULL DEFAULT 0,
    scheduled_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_streams PRIMARY KEY (id),
    CONSTRAINT fk_streams_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ck_streams_title CHECK (char_length(title) BETWEEN 1 AND 140),
    CONSTRAINT ck_streams_description CHECK (char_length(description) <= 5000),
    CONSTRAINT ck_streams_thumbnail_url CHECK (octet_length(thumbnail_url) BETWEEN 1 AND 2048),
    CONSTRAINT ck_streams_stream_url CHECK (octet_length(stream_url) BETWEEN 1 AND 2048),
    CONSTRAINT ck_streams_recording_url CHECK (octet_length(recording_url) BETWEEN 1 AND 2048),
    CONSTRAINT ck_streams_counts CHECK (
        views_count >= 0 AND likes_count >= 0 AND comments_count >= 0 AND shares_count >= 0 AND peak_viewers >= 0
    ),
    -- A state carries its times and no others.
    CONSTRAINT ck_streams_state CHECK (
        CASE status
            WHEN 'scheduled' THEN started_at IS NULL AND ended_at IS NULL
            WHEN 'live' THEN started_at IS NOT NULL AND ended_at IS NULL
            WHEN 'ended' THEN started_at IS NOT NULL AND ended_at IS NOT NULL AND ended_at >= started_at
            WHEN 'cancelled' THEN started_at IS NULL AND ended_at IS NULL
            ELSE FALSE
        END
    ),
    CONSTRAINT ck_streams_recording CHECK (recording_url IS NULL OR started_at IS NOT NULL)
);

-- Nobody is live twice.
CREATE UNIQUE INDEX uq_streams_live ON streams (user_id)
WHERE status = 'live';
CREATE INDEX ix_streams_user_id ON streams (user_id, created_at DESC, id DESC);
CREATE INDEX ix_streams_status ON streams (status, created_at DESC, id DESC);
CREATE INDEX ix_streams_category ON streams (category, status, created_at DESC, id DESC);
-- What comes next, soonest first.
CREATE INDEX ix_streams_scheduled_at ON streams (scheduled_at, id)
WHERE status = 'scheduled';
