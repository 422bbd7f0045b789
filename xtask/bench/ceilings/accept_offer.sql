\set i :i + 1
\set n :client_id * :per + :i
WITH listing AS (
    SELECT p.id FROM products p WHERE p.is_available AND p.id = (
        SELECT o.product_id FROM bench.acceptable b JOIN offers o ON o.id = b.id WHERE b.n = :n)
    FOR NO KEY UPDATE),
accepted AS (
    UPDATE offers o SET status = 'accepted', responded_at = now(), updated_at = now() FROM listing
    WHERE o.id = (SELECT id FROM bench.acceptable WHERE n = :n) AND o.product_id = listing.id AND o.status = 'pending'
        AND o.expires_at > now() RETURNING o.*),
others AS (
    UPDATE offers o SET status = 'rejected', status_reason = 'item_sold', responded_at = now(), updated_at = now()
    FROM accepted WHERE o.product_id = accepted.product_id AND o.id <> accepted.id AND o.status = 'pending'),
reserved AS (
    UPDATE products p SET is_available = FALSE, updated_at = now() FROM accepted WHERE p.id = accepted.product_id),
said AS (
    INSERT INTO messages (id, conversation_id, seq, message_type, content, created_at, updated_at)
    SELECT gen_random_uuid(), c.id, c.last_seq + 1, 'system', 'accepted', now(), now()
    FROM accepted JOIN conversations c ON c.id = accepted.conversation_id RETURNING *),
bumped AS (
    UPDATE conversations c SET last_seq = said.seq, last_message_id = said.id, last_message_at = said.created_at,
        updated_at = said.created_at
    FROM said WHERE c.id = said.conversation_id)
INSERT INTO transactions (id, product_id, buyer_id, seller_id, offer_id, subtotal_minor, platform_fee_minor,
    seller_payout_minor, currency, fee_schedule, status, fulfilment, pay_by, created_at, updated_at)
SELECT gen_random_uuid(), product_id, buyer_id, seller_id, id, amount_minor, amount_minor / 10,
    amount_minor - amount_minor / 10, currency, '{"bps": 1000}', 'pending', 'none', now() + interval '24 hours', now(), now()
FROM accepted RETURNING *;
