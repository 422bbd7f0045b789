-- Loses: nothing.
-- squawk-ignore require-lock-timeout, require-statement-timeout, prefer-robust-stmts
CREATE INDEX CONCURRENTLY ix_conversations_last_message ON conversations (last_message_id, id)
WHERE last_message_id IS NOT NULL;
