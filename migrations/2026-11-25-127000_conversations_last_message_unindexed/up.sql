-- Why: the key from a thread to its last message is looked for by the thread's id, which has its primary key. This
--      index was found by nothing, and every message wrote it.
-- Lock: none that writes wait for. If it fails half-way, run it again.
-- Running version: does not notice.
-- squawk-ignore require-lock-timeout, require-statement-timeout
DROP INDEX CONCURRENTLY IF EXISTS ix_conversations_last_message;
