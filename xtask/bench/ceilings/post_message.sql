\set n random(1, 20000)
WITH thread AS (
    SELECT c.id, c.buyer_id, c.last_seq, b.sender FROM bench.conversation b JOIN conversations c ON c.id = b.id
    WHERE b.n = :n AND b.sender IN (c.buyer_id, c.seller_id) FOR NO KEY UPDATE OF c),
written AS (
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, created_at, updated_at)
    SELECT gen_random_uuid(), id, last_seq + 1, sender, 'text', 'hello, is this still available?', now(), now() FROM thread
    RETURNING *),
bumped AS (
    UPDATE conversations c SET last_seq = written.seq, last_message_id = written.id, last_message_at = written.created_at,
        buyer_last_read_seq = CASE WHEN sender = c.buyer_id THEN written.seq ELSE c.buyer_last_read_seq END,
        seller_last_read_seq = CASE WHEN sender = c.buyer_id THEN c.seller_last_read_seq ELSE written.seq END,
        updated_at = written.created_at
    FROM thread, written WHERE c.id = thread.id)
SELECT * FROM written;
