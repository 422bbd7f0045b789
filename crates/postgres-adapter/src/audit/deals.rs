//! What must hold of offers, deals and money.

use super::Invariant;

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "money_split",
        name: "Fee and payout add up to what the buyer pays, and no more is refunded",
        violations: "SELECT FROM transactions
            WHERE subtotal_minor <> platform_fee_minor + seller_payout_minor OR platform_fee_minor < 0
                OR seller_payout_minor < 0 OR refunded_minor NOT BETWEEN 0 AND subtotal_minor",
    },
    Invariant {
        id: "ledger_balanced",
        name: "The lines of each posting add up to zero in each currency",
        violations: "SELECT FROM ledger_entries GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0",
    },
    Invariant {
        id: "one_accepted_offer",
        name: "A listing has one accepted offer at most",
        violations: "SELECT FROM offers WHERE status = 'accepted' GROUP BY product_id HAVING count(*) > 1",
    },
    Invariant {
        id: "one_live_transaction",
        name: "A listing has one live transaction at most",
        violations: "SELECT FROM transactions WHERE status IN ('pending', 'completed')
            GROUP BY product_id HAVING count(*) > 1",
    },
    Invariant {
        id: "reserved_is_live",
        name: "A listing is reserved exactly while it has an unfinished transaction",
        violations: "SELECT FROM products
            LEFT JOIN (SELECT DISTINCT product_id FROM transactions WHERE status = 'pending') AS pending
                ON pending.product_id = products.id
            WHERE CASE
                WHEN pending.product_id IS NOT NULL THEN is_available OR sold_at IS NOT NULL
                ELSE NOT is_available AND sold_at IS NULL AND archived_at IS NULL
                    AND NOT EXISTS (SELECT FROM transactions
                        WHERE product_id = products.id AND status = 'completed') END",
    },
    Invariant {
        id: "accepted_has_transaction",
        name: "An accepted offer has its transaction, over its price and between the same people",
        violations: "SELECT FROM offers LEFT JOIN transactions ON offer_id = offers.id
            WHERE offers.status = 'accepted' AND (transactions.status IN ('pending', 'completed', 'refunded')
                AND transactions.product_id = offers.product_id AND transactions.buyer_id = offers.buyer_id
                AND transactions.seller_id = offers.seller_id AND subtotal_minor = amount_minor
                AND transactions.currency = offers.currency) IS NOT TRUE",
    },
    Invariant {
        id: "transaction_has_accepted",
        name: "A live transaction that came of an offer came of one that is accepted",
        violations: "SELECT FROM transactions JOIN offers ON offers.id = offer_id
            WHERE transactions.status IN ('pending', 'completed') AND offers.status <> 'accepted'",
    },
    Invariant {
        id: "one_pending_offer",
        name: "A buyer has one pending offer on a listing at most",
        violations: "SELECT FROM offers WHERE status = 'pending' GROUP BY product_id, buyer_id HAVING count(*) > 1",
    },
    Invariant {
        id: "no_pending_on_closed",
        name: "Nobody waits for an answer about a listing that is sold or archived",
        violations: "SELECT FROM offers JOIN products ON products.id = product_id
            WHERE status = 'pending' AND (sold_at IS NOT NULL OR archived_at IS NOT NULL)",
    },
    Invariant {
        id: "counter_follows",
        name: "A counter-offer follows a countered one, in the same deal, from the other side",
        violations:
            "SELECT FROM offers AS counter JOIN offers AS answered ON answered.id = counter.parent_offer_id
            WHERE counter.product_id <> answered.product_id OR counter.buyer_id <> answered.buyer_id
                OR counter.proposed_by = answered.proposed_by OR counter.round <> answered.round + 1
                OR counter.currency <> answered.currency
                OR (answered.status_reason = 'countered') IS NOT TRUE",
    },
    Invariant {
        id: "countered_has_counter",
        name: "An offer that was countered has the offer that countered it",
        violations: "SELECT FROM offers AS answered WHERE status_reason = 'countered'
            AND NOT EXISTS (SELECT FROM offers AS counter WHERE counter.parent_offer_id = answered.id)",
    },
    Invariant {
        id: "deal_of_seller",
        name: "Offers, transactions and threads about a listing are with its seller",
        violations: "SELECT FROM (SELECT product_id, seller_id FROM offers
                UNION ALL SELECT product_id, seller_id FROM transactions
                UNION ALL SELECT product_id, seller_id FROM conversations) AS deals
            JOIN products ON products.id = product_id WHERE products.seller_id <> deals.seller_id",
    },
    Invariant {
        id: "nobody_deals_alone",
        name: "Nobody makes an offer to themself, buys from themself or writes to themself",
        violations: "SELECT FROM offers WHERE buyer_id = seller_id
            UNION ALL SELECT FROM transactions WHERE buyer_id = seller_id
            UNION ALL SELECT FROM conversations WHERE buyer_id = seller_id",
    },
];
