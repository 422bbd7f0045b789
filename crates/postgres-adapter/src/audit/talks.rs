//! What must hold of threads, messages and events.

use super::Invariant;

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "dense_seq",
        name: "The messages of a thread are numbered from one to the last without gaps",
        violations: "SELECT FROM conversations
            LEFT JOIN (SELECT conversation_id, count(*) AS messages, count(DISTINCT seq) AS numbers, min(seq) AS first,
                    max(seq) AS last FROM messages GROUP BY conversation_id) AS counted
                ON conversation_id = conversations.id
            WHERE last_seq <> coalesce(messages, 0) OR last_seq <> coalesce(numbers, 0)
                OR last_seq <> coalesce(last, 0) OR first <> 1",
    },
    Invariant {
        id: "unread_counts",
        name: "What is counted as unread are the messages after the last one read",
        violations: "SELECT FROM conversations
            LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE seq > buyer_last_read_seq) AS by_buyer,
                    count(*) FILTER (WHERE seq > seller_last_read_seq) AS by_seller
                FROM messages WHERE conversation_id = conversations.id) AS unread ON true
            WHERE buyer_unread_count <> by_buyer OR seller_unread_count <> by_seller",
    },
    Invariant {
        id: "last_message",
        name: "A thread points to its last message",
        violations: "SELECT FROM conversations LEFT JOIN messages ON messages.id = last_message_id
            WHERE CASE WHEN last_seq = 0 THEN last_message_id IS NOT NULL OR last_message_at IS NOT NULL
                ELSE (conversation_id = conversations.id AND seq = last_seq AND last_message_at IS NOT NULL)
                    IS NOT TRUE END",
    },
    Invariant {
        id: "one_thread",
        name: "A buyer and a seller have one thread about a listing at most",
        violations: "SELECT FROM conversations GROUP BY buyer_id, seller_id, product_id HAVING count(*) > 1",
    },
    Invariant {
        id: "senders_are_parties",
        name: "Only the two people of a thread write in it",
        violations: "SELECT FROM messages JOIN conversations ON conversations.id = conversation_id
            WHERE sender_id IS NOT NULL AND sender_id NOT IN (buyer_id, seller_id)",
    },
    Invariant {
        id: "offers_in_their_thread",
        name: "An offer appears in the thread of its buyer and its seller about its listing",
        violations: "SELECT FROM messages JOIN conversations ON conversations.id = conversation_id
                JOIN offers ON offers.id = offer_id
            WHERE (conversations.buyer_id, conversations.seller_id, conversations.product_id)
                IS DISTINCT FROM (offers.buyer_id, offers.seller_id, offers.product_id)
            UNION ALL
            SELECT FROM offers JOIN conversations ON conversations.id = conversation_id
            WHERE (conversations.buyer_id, conversations.seller_id, conversations.product_id)
                IS DISTINCT FROM (offers.buyer_id, offers.seller_id, offers.product_id)",
    },
    Invariant {
        id: "event_audiences",
        name: "Of a thread, an offer or a deal only its buyer and its seller hear",
        violations: "SELECT FROM outbox_events
                LEFT JOIN messages ON aggregate = 'message' AND messages.id = aggregate_id
                JOIN conversations ON conversations.id = messages.conversation_id
                    OR (aggregate = 'conversation' AND conversations.id = aggregate_id)
            WHERE NOT audience <@ ARRAY[buyer_id, seller_id]
            UNION ALL
            SELECT FROM outbox_events JOIN offers ON aggregate = 'offer' AND offers.id = aggregate_id
            WHERE NOT audience <@ ARRAY[buyer_id, seller_id]
            UNION ALL
            SELECT FROM outbox_events JOIN transactions ON aggregate = 'transaction' AND transactions.id = aggregate_id
            WHERE NOT audience <@ ARRAY[buyer_id, seller_id]",
    },
];
