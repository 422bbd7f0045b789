\set i :i + 1
\set n :client_id * :per + :i
WITH made AS (
    INSERT INTO offers (id, product_id, buyer_id, seller_id, conversation_id, proposed_by, amount_minor, currency, message,
        status, expires_at, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, b.buyer, p.seller_id, gen_random_uuid(), 'buyer', b.amount_minor, p.currency,
        'would you take this?', 'pending', now() + interval '48 hours', now(), now()
    FROM bench.offerable b JOIN products p ON p.id = b.product WHERE b.n = :n AND p.is_available
    RETURNING *),
thread AS (
    INSERT INTO conversations (id, buyer_id, seller_id, product_id, last_message_id, last_message_at, last_seq,
        buyer_last_read_seq, created_at, updated_at)
    SELECT conversation_id, buyer_id, seller_id, product_id, id, created_at, 1, 1, created_at, created_at FROM made),
said AS (
    INSERT INTO messages (id, conversation_id, seq, sender_id, message_type, content, offer_id, created_at, updated_at)
    SELECT id, conversation_id, 1, buyer_id, 'offer', message, id, created_at, created_at FROM made)
SELECT * FROM made;
