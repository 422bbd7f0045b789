-- Why: the rows behind streams.likes_count and streams.comments_count, written in the same transaction.
-- Lock: SHARE ROW EXCLUSIVE on streams and users for the foreign keys, for milliseconds: the new tables are empty.
-- Running version: does not know them.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE stream_likes (
    stream_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_stream_likes PRIMARY KEY (stream_id, user_id),
    CONSTRAINT fk_stream_likes_stream_id FOREIGN KEY (stream_id) REFERENCES streams (id) ON DELETE CASCADE,
    CONSTRAINT fk_stream_likes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_stream_likes_user_id ON stream_likes (user_id, created_at DESC, stream_id DESC);

CREATE TABLE stream_comments (
    id uuid NOT NULL,
    stream_id uuid NOT NULL,
    user_id uuid NOT NULL,
    content text NOT NULL,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_stream_comments PRIMARY KEY (id),
    CONSTRAINT fk_stream_comments_stream_id FOREIGN KEY (stream_id) REFERENCES streams (id) ON DELETE CASCADE,
    CONSTRAINT fk_stream_comments_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ck_stream_comments_content CHECK (char_length(content) BETWEEN 1 AND 500)
);

CREATE INDEX ix_stream_comments_stream_id ON stream_comments (stream_id, created_at DESC, id DESC);
-- Also answers how much somebody wrote in the last minute.
CREATE INDEX ix_stream_comments_user_id ON stream_comments (user_id, created_at DESC);
