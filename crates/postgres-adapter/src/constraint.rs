//! What every constraint of the schema means, by its name. The names are given in `/migrations` and are part of the
//! contract between schema and code; a test compares this list with the catalog, both ways.
//!
//! What is not here: NOT NULL, which has no name of its own (the driver names the column).

use Meaning::{Broken, Missing, Taken};

/// What it says that a constraint was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is one already. Rivals meet here: it is an answer, not a defect.
    Taken(Unique),
    /// What the row points to is not there. (We delete nothing that is pointed to, so it is never the other end.)
    Missing(Reference),
    /// The row contradicts itself: the check that should have stood before this one let it through. A sentence that is
    /// true of every row.
    Broken(&'static str),
}

/// Of what there can be only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unique {
    /// The row itself, by its id.
    Id,
    /// Accounts per e-mail address.
    Email,
    /// Accounts per username.
    Username,
    /// Accounts per phone number.
    Phone,
    /// Accounts per customer or connected account at the payment provider.
    ProviderAccount,
    /// Accounts that bore a username, deleted ones.
    RetiredUsername,
    /// Blocks per pair of people.
    Block,
    /// Sessions per refresh token.
    RefreshToken,
    /// Password resets per account or token.
    PasswordReset,
    /// Counts of tries per pseudonym.
    Attempts,
    /// Likes per person and thing.
    Like,
    /// Counts per cell of a map, window and kind.
    MapCell,
    /// Views per listing, day and viewer.
    View,
    /// Live streams per person.
    LiveStream,
    /// Shares per person and stream.
    Share,
    /// Viewers per person and stream.
    Viewer,
    /// Keys for video per stream.
    IngestKey,
    /// Threads per buyer, seller and listing.
    Conversation,
    /// Messages per number in a thread.
    MessageNumber,
    /// Pending offers per buyer and listing.
    PendingOffer,
    /// Accepted offers per listing.
    AcceptedOffer,
    /// Counter-offers per offer.
    CounterOffer,
    /// Live transactions per listing.
    LiveTransaction,
    /// Transactions per offer.
    OfferTransaction,
    /// Transactions per payment at the provider.
    Payment,
    /// Lines per number in a posting; the same posting a second time.
    Posting,
    /// Pending or granted verifications per person and type.
    Verification,
    /// Answers per person and idempotency key.
    IdempotencyKey,
    /// Times that a provider's event counts.
    WebhookEvent,
}

/// What a row can point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// An account.
    User,
    /// A listing, or a listing by that seller.
    Product,
    /// A stream.
    Stream,
    /// A thread.
    Conversation,
    /// A message of the same thread.
    Message,
    /// An offer.
    Offer,
    /// A payment.
    Transaction,
}

/// What the constraint of this name means; `None` for one that is not of our schema.
pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    MEANINGS.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}

/// The names that have a meaning here, for the test that holds them against the catalog.
#[doc(hidden)]
pub fn names() -> impl Iterator<Item = &'static str> {
    MEANINGS.iter().map(|(name, _)| *name)
}

#[rustfmt::skip] // one line each, so that it reads as the table it is
const MEANINGS: &[(&str, Meaning)] = &[
    ("pk_users", Taken(Unique::Id)),
    ("ix_users_email", Taken(Unique::Email)),
    ("ix_users_username", Taken(Unique::Username)),
    ("ix_users_phone", Taken(Unique::Phone)),
    ("uq_users_stripe_customer_id", Taken(Unique::ProviderAccount)),
    ("uq_users_stripe_connect_account_id", Taken(Unique::ProviderAccount)),
    ("ck_users_email", Broken("an e-mail address has 3 to 254 bytes")),
    ("ck_users_username", Broken("a username has 3 to 30 of a-z, A-Z, 0-9, dot, dash, underscore")),
    ("ck_users_phone", Broken("a phone number is E.164")),
    ("ck_users_password_hash", Broken("a password hash has 1 to 255 characters")),
    ("ck_users_display_name", Broken("a display name has 1 to 80 characters")),
    ("ck_users_bio", Broken("a bio has at most 1000 characters")),
    ("ck_users_avatar_url", Broken("an avatar's URL has 1 to 2048 bytes")),
    ("ck_users_location", Broken("an account's place is on the globe")),
    ("ck_users_location_label", Broken("a place's name has 1 to 120 characters")),
    ("ck_users_stripe_customer_id", Broken("a customer id has 1 to 255 characters")),
    ("ck_users_stripe_connect_account_id", Broken("a connected account's id has 1 to 255 characters")),
    ("ck_users_deleted_at", Broken("an account is deleted exactly when it says since when")),

    ("pk_retired_usernames", Taken(Unique::RetiredUsername)),
    ("ck_retired_usernames_username_hash", Broken("a retired username's hash has 32 bytes")),

    ("pk_user_blocks", Taken(Unique::Block)),
    ("fk_user_blocks_blocker_id", Missing(Reference::User)),
    ("fk_user_blocks_blocked_id", Missing(Reference::User)),
    ("ck_user_blocks_parties", Broken("nobody blocks themself")),

    ("pk_sessions", Taken(Unique::Id)),
    ("uq_sessions_refresh_hash", Taken(Unique::RefreshToken)),
    ("fk_sessions_user_id", Missing(Reference::User)),
    ("ck_sessions_refresh_hash", Broken("a refresh token's hash has 32 bytes")),
    ("ck_sessions_previous_hash", Broken("the hash before it has 32 bytes")),
    ("ck_sessions_rotated_at", Broken("a session has a previous hash exactly when it says since when")),
    ("ck_sessions_generation", Broken("rotations are counted from 0")),
    ("ck_sessions_user_agent", Broken("a device's name has 1 to 400 characters")),
    ("ck_sessions_expires_at", Broken("a session ends after it begins")),
    ("ck_sessions_ended_at", Broken("a session has ended exactly when it says why")),

    ("pk_password_resets", Taken(Unique::PasswordReset)),
    ("uq_password_resets_token_hash", Taken(Unique::PasswordReset)),
    ("fk_password_resets_user_id", Missing(Reference::User)),
    ("ck_password_resets_token_hash", Broken("a reset token's hash has 32 bytes")),
    ("ck_password_resets_expires_at", Broken("a reset expires after it is asked for")),

    ("pk_attempts", Taken(Unique::Attempts)),
    ("ck_attempts_pseudonym", Broken("a pseudonym has 32 bytes")),
    ("ck_attempts_tried_at", Broken("1 to 100 tries are kept")),

    ("pk_products", Taken(Unique::Id)),
    ("uq_products_seller_id_id", Taken(Unique::Id)),
    ("fk_products_seller_id", Missing(Reference::User)),
    ("ck_products_title", Broken("a title has 1 to 140 characters")),
    ("ck_products_description", Broken("a description has at most 5000 characters")),
    ("ck_products_price_minor", Broken("a price is 1 to 99,999,999,999")),
    ("ck_products_currency", Broken("a currency is three upper-case letters")),
    ("ck_products_images", Broken("images are a list of at most 10, 64 KiB in all")),
    ("ck_products_video_url", Broken("a video's URL has 1 to 2048 bytes")),
    ("ck_products_thumbnail_url", Broken("a thumbnail's URL has 1 to 2048 bytes")),
    ("ck_products_location", Broken("a listing's public place is on the globe")),
    ("ck_products_location_label", Broken("a place's name has 1 to 120 characters")),
    ("ck_products_views_count", Broken("views are counted from 0")),
    ("ck_products_likes_count", Broken("likes are counted from 0")),
    ("ck_products_available", Broken("what is available is neither sold nor archived")),
    ("ck_products_discover", Broken("a Discover listing takes no offers and has no thresholds")),
    ("ck_products_min_offer_minor", Broken("the least offer is 1 to the price")),
    ("ck_products_auto_accept_minor", Broken("what is accepted at once begins at 1 to the price")),
    ("ck_products_auto_decline_minor", Broken("what is declined at once ends at 1 to the price")),
    ("ck_products_auto_answers", Broken("what is declined at once is below what is accepted at once")),
    ("ck_products_version", Broken("versions are counted from 1")),

    ("pk_product_pickup_points", Taken(Unique::Id)),
    ("fk_product_pickup_points_product_id", Missing(Reference::Product)),
    ("ck_product_pickup_points_location", Broken("a listing's exact place is on the globe")),

    ("pk_product_likes", Taken(Unique::Like)),
    ("fk_product_likes_product_id", Missing(Reference::Product)),
    ("fk_product_likes_user_id", Missing(Reference::User)),

    ("pk_product_cells", Taken(Unique::MapCell)),
    ("ck_product_cells_products", Broken("a cell of a map that is counted holds something")),
    ("pk_product_cell_changes", Taken(Unique::Id)),
    ("ck_product_cell_changes_products", Broken("a listing comes to a cell or leaves it")),

    ("pk_product_views", Taken(Unique::View)),
    ("ck_product_views_viewer", Broken("a viewer's mark has 16 bytes")),

    ("pk_media", Taken(Unique::Id)),
    ("fk_media_owner_id", Missing(Reference::User)),
    ("ck_media_stored_at", Broken("a picture is described exactly when its files are stored")),
    ("ck_media_used_at", Broken("only a picture that is stored is shown")),
    ("ck_media_dimensions", Broken("a picture has 1 to 16384 pixels a side")),
    ("ck_media_byte_count", Broken("a picture's files are not empty")),
    ("ck_media_blurhash", Broken("a blurhash has 6 to 100 characters")),

    ("pk_streams", Taken(Unique::Id)),
    ("uq_streams_live", Taken(Unique::LiveStream)),
    ("fk_streams_user_id", Missing(Reference::User)),
    ("ck_streams_title", Broken("a title has 1 to 140 characters")),
    ("ck_streams_description", Broken("a description has at most 5000 characters")),
    ("ck_streams_thumbnail_url", Broken("a thumbnail's URL has 1 to 2048 bytes")),
    ("ck_streams_stream_url", Broken("a stream's URL has 1 to 2048 bytes")),
    ("ck_streams_recording_url", Broken("a recording's URL has 1 to 2048 bytes")),
    ("ck_streams_counts", Broken("everything about a stream is counted from 0")),
    ("ck_streams_state", Broken("a stream has the times of its state and no others")),
    ("ck_streams_recording", Broken("only what has started has a recording")),
    ("ck_streams_viewers_count", Broken("viewers are counted from 0")),

    ("pk_stream_likes", Taken(Unique::Like)),
    ("fk_stream_likes_stream_id", Missing(Reference::Stream)),
    ("fk_stream_likes_user_id", Missing(Reference::User)),
    ("pk_stream_comments", Taken(Unique::Id)),
    ("fk_stream_comments_stream_id", Missing(Reference::Stream)),
    ("fk_stream_comments_user_id", Missing(Reference::User)),
    ("ck_stream_comments_content", Broken("a comment has 1 to 500 characters")),
    ("pk_stream_shares", Taken(Unique::Share)),
    ("fk_stream_shares_stream_id", Missing(Reference::Stream)),
    ("fk_stream_shares_user_id", Missing(Reference::User)),
    ("pk_stream_viewers", Taken(Unique::Viewer)),
    ("ck_stream_viewers_viewer", Broken("a viewer's pseudonym has 32 bytes")),
    ("ck_stream_viewers_seen_at", Broken("a viewer was last seen after they came")),
    ("pk_stream_ingest", Taken(Unique::IngestKey)),
    ("fk_stream_ingest_stream_id", Missing(Reference::Stream)),
    ("ck_stream_ingest_key_hash", Broken("a key's hash has 32 bytes")),
    ("ck_stream_ingest_publisher", Broken("whoever sends video has shown a key and has an id, of at most 255 characters")),

    ("pk_conversations", Taken(Unique::Id)),
    ("ix_conversations_buyer_seller", Taken(Unique::Conversation)),
    ("fk_conversations_buyer_id", Missing(Reference::User)),
    ("fk_conversations_seller_id", Missing(Reference::User)),
    ("fk_conversations_product_id", Missing(Reference::Product)),
    ("fk_conversations_last_message", Missing(Reference::Message)),
    ("ck_conversations_parties", Broken("nobody talks with themself")),
    ("ck_conversations_buyer_last_read_seq", Broken("the buyer has read 0 to all messages")),
    ("ck_conversations_seller_last_read_seq", Broken("the seller has read 0 to all messages")),
    ("ck_conversations_last_message_at", Broken("a thread has a last message exactly when it has any")),

    ("pk_messages", Taken(Unique::Id)),
    ("uq_messages_conversation_id_id", Taken(Unique::Id)),
    ("ix_messages_conversation", Taken(Unique::MessageNumber)),
    ("fk_messages_conversation_id", Missing(Reference::Conversation)),
    ("fk_messages_sender_id", Missing(Reference::User)),
    ("fk_messages_offer_id", Missing(Reference::Offer)),
    ("ck_messages_seq", Broken("messages are numbered from 1")),
    ("ck_messages_sender_id", Broken("a message has a sender unless it is the system's")),
    ("ck_messages_content", Broken("a text has 1 to 2000 characters")),
    ("ck_messages_media", Broken("media are a list of 1 to 10, 64 KiB in all")),
    ("ck_messages_body", Broken("a message has the parts of its type and no others")),

    ("pk_offers", Taken(Unique::Id)),
    ("uq_offers_pending", Taken(Unique::PendingOffer)),
    ("uq_offers_accepted", Taken(Unique::AcceptedOffer)),
    ("uq_offers_parent_offer_id", Taken(Unique::CounterOffer)),
    ("fk_offers_product_id", Missing(Reference::Product)),
    ("fk_offers_buyer_id", Missing(Reference::User)),
    ("fk_offers_seller_id", Missing(Reference::User)),
    ("fk_offers_conversation_id", Missing(Reference::Conversation)),
    ("fk_offers_parent_offer_id", Missing(Reference::Offer)),
    ("ck_offers_parties", Broken("nobody makes themself an offer")),
    ("ck_offers_round", Broken("a first offer is round 1 and counters nothing")),
    ("ck_offers_parent_offer_id", Broken("no offer counters itself")),
    ("ck_offers_amount_minor", Broken("an offer is 1 to 99,999,999,999")),
    ("ck_offers_currency", Broken("a currency is three upper-case letters")),
    ("ck_offers_message", Broken("an offer's message has 1 to 2000 characters")),
    ("ck_offers_expires_at", Broken("an offer expires after it is made")),
    ("ck_offers_responded_at", Broken("a pending offer has no answer; an answered one says since when")),
    ("ck_offers_status_reason", Broken("an offer's reason is one of its status")),

    ("pk_transactions", Taken(Unique::Id)),
    ("uq_transactions_live", Taken(Unique::LiveTransaction)),
    ("uq_transactions_offer_id", Taken(Unique::OfferTransaction)),
    ("uq_transactions_stripe_payment_intent_id", Taken(Unique::Payment)),
    ("uq_transactions_stripe_charge_id", Taken(Unique::Payment)),
    ("fk_transactions_product_id", Missing(Reference::Product)),
    ("fk_transactions_buyer_id", Missing(Reference::User)),
    ("fk_transactions_seller_id", Missing(Reference::User)),
    ("fk_transactions_offer_id", Missing(Reference::Offer)),
    ("ck_transactions_parties", Broken("nobody buys from themself")),
    ("ck_transactions_amounts", Broken("a subtotal is 1 to 99,999,999,999 and no part is negative")),
    ("ck_transactions_split", Broken("fee and payout add up to the subtotal")),
    ("ck_transactions_refunded_minor", Broken("a refund is 0 to the subtotal")),
    ("ck_transactions_refunded_at", Broken("there is a refund exactly when it says since when")),
    ("ck_transactions_currency", Broken("a currency is three upper-case letters")),
    ("ck_transactions_fee_schedule", Broken("a fee schedule is an object of at most 4 KiB")),
    ("ck_transactions_stripe_payment_intent_id", Broken("a payment's id has 1 to 255 characters")),
    ("ck_transactions_stripe_charge_id", Broken("a charge's id has 1 to 255 characters")),
    ("ck_transactions_stripe_transfer_id", Broken("a transfer's id has 1 to 255 characters")),
    ("ck_transactions_pay_by", Broken("there is time to pay")),
    ("ck_transactions_status", Broken("a payment has the times of its status")),
    ("ck_transactions_unpaid", Broken("what was not paid is not shipped, paid out or refunded")),
    ("ck_transactions_fulfilment", Broken("a parcel has the times of its state")),

    ("pk_ledger_entries", Taken(Unique::Id)),
    ("uq_ledger_entries_posting_line", Taken(Unique::Posting)),
    ("fk_ledger_entries_user_id", Missing(Reference::User)),
    ("fk_ledger_entries_transaction_id", Missing(Reference::Transaction)),
    ("ck_ledger_entries_line", Broken("lines are numbered from 1")),
    ("ck_ledger_entries_amount_minor", Broken("a line moves something")),
    ("ck_ledger_entries_currency", Broken("a currency is three upper-case letters")),
    ("ck_ledger_entries_user_id", Broken("exactly the sellers' accounts are somebody's")),
    ("ck_ledger_entries_balanced", Broken("the lines of a posting add up to zero per currency")),

    ("pk_verifications", Taken(Unique::Id)),
    ("uq_verifications_current", Taken(Unique::Verification)),
    ("fk_verifications_user_id", Missing(Reference::User)),
    ("fk_verifications_reviewed_by", Missing(Reference::User)),
    ("ck_verifications_data", Broken("a verification's data are an object of at most 16 KiB")),
    ("ck_verifications_verified_at", Broken("it is verified exactly when it says since when")),
    ("ck_verifications_rejection_reason", Broken("it is rejected exactly when it says why, in 1 to 500 characters")),
    ("ck_verifications_reviewed_by", Broken("nobody reviews themself")),
    ("ck_verifications_code", Broken("exactly the attempts that wait for a code have one, and say until when it is good")),
    ("ck_verifications_code_hash", Broken("a code's hash has 32 bytes")),
    ("ck_verifications_code_tries", Broken("a code is guessed wrongly 0 to 4 times")),
    ("ck_verifications_code_sent_at", Broken("the times of at most 3 codes are kept")),
    ("ck_verifications_document", Broken("a document under review is there, and a code has none")),

    ("pk_audit_entries", Taken(Unique::Id)),
    ("fk_audit_entries_admin_id", Missing(Reference::User)),
    ("ck_audit_entries_reason", Broken("a reason has 1 to 500 characters")),

    ("pk_idempotency_keys", Taken(Unique::IdempotencyKey)),
    ("fk_idempotency_keys_user_id", Missing(Reference::User)),
    ("ck_idempotency_keys_key", Broken("a key has 1 to 255 characters")),
    ("ck_idempotency_keys_fingerprint", Broken("a request's fingerprint has 32 bytes")),
    ("ck_idempotency_keys_response", Broken("a stored answer has at most 1 MiB")),
    ("ck_idempotency_keys_expires_at", Broken("an answer is kept for a while")),

    ("pk_outbox_events", Taken(Unique::Id)),
    ("ck_outbox_events_kind", Broken("an event's kind is two words with a dot between them")),
    ("ck_outbox_events_aggregate", Broken("an event's aggregate is a word")),
    ("ck_outbox_events_payload", Broken("an event's payload is an object of at most 64 KiB")),
    ("ck_outbox_events_audience", Broken("an event's audience are people")),

    ("pk_webhook_inbox", Taken(Unique::WebhookEvent)),
    ("ck_webhook_inbox_provider", Broken("a provider is a word")),
    ("ck_webhook_inbox_event_id", Broken("a provider's event id has 1 to 255 characters")),
    ("ck_webhook_inbox_kind", Broken("a provider's kind of event has 1 to 120 characters")),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_has_one_meaning() {
        let distinct: HashSet<&str> = names().collect();
        assert_eq!(distinct.len(), MEANINGS.len());
        assert_eq!(meaning("ix_users_email"), Some(Taken(Unique::Email)));
        assert_eq!(meaning("fk_products_seller_id"), Some(Missing(Reference::User)));
        assert_eq!(meaning("no_such_constraint"), None);
    }

    #[test]
    fn a_names_prefix_says_what_kind_it_is() {
        for (name, meaning) in MEANINGS {
            let fits = match meaning {
                Taken(_) => ["pk_", "uq_", "ix_"].iter().any(|prefix| name.starts_with(prefix)),
                Missing(_) => name.starts_with("fk_"),
                Broken(_) => name.starts_with("ck_"),
            };
            assert!(fits, "{name} is {meaning:?}");
        }
    }
}
