\set n random(1, 10000)
SELECT c.id, c.buyer_id, c.seller_id, c.last_message_at, c.last_seq, c.created_at, c.buyer_last_read_seq,
    c.seller_last_read_seq, other.username, other.display_name, other.avatar_url, p.id, p.title, p.price_minor, p.currency,
    p.thumbnail_url, p.is_available, m.id, m.seq, m.sender_id, m.message_type, m.content, m.media, m.offer_id, m.read_at,
    m.created_at
FROM (SELECT id AS me FROM bench.reader WHERE n = :n) r
CROSS JOIN LATERAL (
    (SELECT * FROM conversations WHERE buyer_id = me AND buyer_archived_at IS NULL AND last_message_at IS NOT NULL
     ORDER BY last_message_at DESC NULLS LAST, id DESC LIMIT 21)
    UNION ALL
    (SELECT * FROM conversations WHERE seller_id = me AND seller_archived_at IS NULL AND last_message_at IS NOT NULL
     ORDER BY last_message_at DESC NULLS LAST, id DESC LIMIT 21)
    ORDER BY last_message_at DESC NULLS LAST, id DESC LIMIT 21) c
JOIN users other ON other.id = CASE WHEN c.buyer_id = me THEN c.seller_id ELSE c.buyer_id END
LEFT JOIN products p ON p.id = c.product_id
LEFT JOIN messages m ON m.id = c.last_message_id
ORDER BY c.last_message_at DESC NULLS LAST, c.id DESC;
