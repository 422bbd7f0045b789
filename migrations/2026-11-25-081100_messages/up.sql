-- Why: what people write, numbered without gaps within each conversation. The conversation's pointer to its last message
--      comes with it, because each table points to the other; with the conversation's own id in its key, it cannot lead
--      into another conversation.
-- Lock: SHARE ROW EXCLUSIVE on users and offers for the foreign keys, for milliseconds: the new table is empty. ACCESS
--       EXCLUSIVE on conversations for the new column, which is NULL everywhere, so that its index and its key find
--       nothing in the one scan that each of them takes.
-- Running version: does not know the table; the new column is NULL and optional.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE messages (
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    -- Nobody: a system message.
    sender_id uuid,
    message_type message_type NOT NULL,
    content text,
    media jsonb,
    offer_id uuid,
    read_at timestamptz,
    is_read boolean NOT NULL GENERATED ALWAYS AS (read_at IS NOT NULL) STORED,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT uq_messages_conversation_id_id UNIQUE (conversation_id, id),
    CONSTRAINT fk_messages_conversation_id FOREIGN KEY (conversation_id) REFERENCES conversations (id)
    ON DELETE CASCADE,
    CONSTRAINT fk_messages_sender_id FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_messages_offer_id FOREIGN KEY (offer_id) REFERENCES offers (id) ON DELETE RESTRICT,
    CONSTRAINT ck_messages_seq CHECK (seq >= 1),
    CONSTRAINT ck_messages_sender_id CHECK ((message_type = 'system') = (sender_id IS NULL)),
    CONSTRAINT ck_messages_content CHECK (char_length(content) BETWEEN 1 AND 2000),
    -- CASE, because AND promises no order and the length of something that is no array is an error of its own.
    CONSTRAINT ck_messages_media CHECK (
        CASE jsonb_typeof(media)
            WHEN 'array' THEN jsonb_array_length(media) BETWEEN 1 AND 10 AND octet_length(media::text) <= 65536
            ELSE media IS NULL
        END
    ),
    -- The type says which columns are filled. A deleted message keeps its place and its type, and may lose its words.
    CONSTRAINT ck_messages_body CHECK (
        CASE message_type
            WHEN 'text' THEN media IS NULL AND offer_id IS NULL AND (content IS NOT NULL OR deleted_at IS NOT NULL)
            WHEN 'image' THEN offer_id IS NULL AND (media IS NOT NULL OR deleted_at IS NOT NULL)
            WHEN 'offer' THEN media IS NULL AND offer_id IS NOT NULL
            WHEN 'system' THEN media IS NULL AND content IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE UNIQUE INDEX ix_messages_conversation ON messages (conversation_id, seq DESC);
-- Also answers how much somebody wrote in the last minute.
CREATE INDEX ix_messages_sender ON messages (sender_id, created_at DESC)
WHERE sender_id IS NOT NULL;
CREATE INDEX ix_messages_offer ON messages (offer_id)
WHERE offer_id IS NOT NULL;

ALTER TABLE conversations ADD COLUMN last_message_id uuid;
-- The column is a statement old: there is nothing to index yet, and nothing to check.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_conversations_last_message ON conversations (last_message_id, id)
WHERE last_message_id IS NOT NULL;
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE conversations ADD CONSTRAINT fk_conversations_last_message
FOREIGN KEY (id, last_message_id) REFERENCES messages (conversation_id, id)
ON DELETE SET NULL (last_message_id) DEFERRABLE INITIALLY IMMEDIATE;
