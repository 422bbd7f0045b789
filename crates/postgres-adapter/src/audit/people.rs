//! What must hold of people, their listings and shows, what is counted, and of the schema that guards it all.

use super::Invariant;

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "product_likes",
        name: "A listing's likes are as many as people like it",
        violations: "SELECT FROM products
            LEFT JOIN (SELECT product_id, count(*) AS likes FROM product_likes GROUP BY product_id) AS counted
                ON product_id = products.id
            WHERE likes_count <> coalesce(likes, 0)",
    },
    Invariant {
        id: "stream_likes",
        name: "A show's likes are as many as people like it",
        violations: "SELECT FROM streams
            LEFT JOIN (SELECT stream_id, count(*) AS likes FROM stream_likes GROUP BY stream_id) AS counted
                ON stream_id = streams.id
            WHERE likes_count <> coalesce(likes, 0)",
    },
    Invariant {
        id: "stream_comments",
        name: "A show's comments are as many as can be read",
        violations: "SELECT FROM streams
            LEFT JOIN (SELECT stream_id, count(*) AS comments FROM stream_comments WHERE deleted_at IS NULL
                GROUP BY stream_id) AS counted ON stream_id = streams.id
            WHERE comments_count <> coalesce(comments, 0)",
    },
    Invariant {
        id: "one_live_stream",
        name: "Nobody is live twice",
        violations: "SELECT FROM streams WHERE status = 'live' GROUP BY user_id HAVING count(*) > 1",
    },
    Invariant {
        id: "sellers_may_sell",
        name: "Whoever has a listing is a seller",
        violations: "SELECT FROM products JOIN users ON users.id = seller_id
            WHERE archived_at IS NULL AND role = 'buyer'",
    },
    Invariant {
        id: "available_is_open",
        name: "What can be bought is neither sold nor archived",
        violations: "SELECT FROM products WHERE is_available AND (sold_at IS NOT NULL OR archived_at IS NOT NULL)",
    },
    Invariant {
        id: "thresholds",
        name: "What answers offers by itself is in its order and not above the price",
        violations: "SELECT FROM products WHERE auto_decline_minor >= auto_accept_minor
            OR auto_accept_minor > price_minor OR min_offer_minor > price_minor
            OR (feed_type = 'discover' AND offers_enabled)",
    },
    Invariant {
        id: "one_standing_verification",
        name: "Of each thing to verify, one attempt at most waits or is good",
        violations: "SELECT FROM verifications WHERE status IN ('pending', 'verified')
            GROUP BY user_id, verification_type HAVING count(*) > 1",
    },
    Invariant {
        id: "departed_have_nothing_open",
        name: "A deleted account has no log-in, no open listing and no pending offer",
        violations: "SELECT FROM users JOIN sessions ON user_id = users.id WHERE status = 'deleted' AND ended_at IS NULL
            UNION ALL
            SELECT FROM users JOIN products ON seller_id = users.id WHERE status = 'deleted' AND is_available
            UNION ALL
            SELECT FROM users JOIN offers ON users.id IN (buyer_id, seller_id)
            WHERE users.status = 'deleted' AND offers.status = 'pending'",
    },
    Invariant {
        id: "pickup_point_of_place",
        name: "An exact place belongs to a listing that shows one",
        violations: "SELECT FROM product_pickup_points JOIN products ON products.id = product_id
            WHERE products.location IS NULL",
    },
    Invariant {
        id: "constraints_valid",
        name: "Every constraint was checked against all rows",
        violations: "SELECT FROM pg_constraint WHERE NOT convalidated AND connamespace = 'public'::regnamespace",
    },
    Invariant {
        id: "indexes_valid",
        name: "Every index is whole",
        violations: "SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace",
    },
];
