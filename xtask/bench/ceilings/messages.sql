\set n random(1, 20000)
SELECT m.id, m.seq, m.sender_id, m.message_type, m.content, m.media, m.offer_id, m.read_at, m.deleted_at, m.created_at
FROM bench.conversation b
JOIN conversations c ON c.id = b.id AND (c.buyer_id = b.sender OR c.seller_id = b.sender)
CROSS JOIN LATERAL (SELECT * FROM messages WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 31) m
WHERE b.n = :n ORDER BY m.seq DESC;
