//! The tables as diesel sees them, printed from a migrated database by diesel (see `diesel.toml`); never edited by hand.
// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "admin_act"))]
    pub struct AdminAct;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "feed_type"))]
    pub struct FeedType;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "fulfilment"))]
    pub struct Fulfilment;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "ledger_account"))]
    pub struct LedgerAccount;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "location_precision"))]
    pub struct LocationPrecision;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "message_type"))]
    pub struct MessageType;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "offer_party"))]
    pub struct OfferParty;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "offer_status"))]
    pub struct OfferStatus;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "offer_status_reason"))]
    pub struct OfferStatusReason;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "posting_kind"))]
    pub struct PostingKind;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "product_category"))]
    pub struct ProductCategory;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "product_condition"))]
    pub struct ProductCondition;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "session_end"))]
    pub struct SessionEnd;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "stream_status"))]
    pub struct StreamStatus;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "transaction_status"))]
    pub struct TransactionStatus;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "user_role"))]
    pub struct UserRole;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "user_status"))]
    pub struct UserStatus;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "verification_status"))]
    pub struct VerificationStatus;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "verification_type"))]
    pub struct VerificationType;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "xid8", schema = "pg_catalog"))]
    pub struct Xid8;
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    attempts (pseudonym) {
        pseudonym -> Bytea,
        tried_at -> Array<Nullable<Timestamptz>>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::AdminAct;

    audit_entries (id) {
        id -> Uuid,
        admin_id -> Nullable<Uuid>,
        act -> AdminAct,
        subject_id -> Uuid,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    conversations (id) {
        id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        product_id -> Nullable<Uuid>,
        last_message_at -> Nullable<Timestamptz>,
        last_seq -> Int8,
        buyer_last_read_seq -> Int8,
        seller_last_read_seq -> Int8,
        buyer_unread_count -> Int8,
        seller_unread_count -> Int8,
        buyer_archived_at -> Nullable<Timestamptz>,
        seller_archived_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_message_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    idempotency_keys (user_id, key) {
        user_id -> Uuid,
        key -> Text,
        fingerprint -> Bytea,
        response -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::PostingKind;
    use super::sql_types::LedgerAccount;

    ledger_entries (id) {
        id -> Uuid,
        posting_id -> Uuid,
        line -> Int2,
        kind -> PostingKind,
        account -> LedgerAccount,
        user_id -> Nullable<Uuid>,
        transaction_id -> Nullable<Uuid>,
        amount_minor -> Int8,
        #[max_length = 3]
        currency -> Bpchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    media (id) {
        id -> Uuid,
        owner_id -> Uuid,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        byte_count -> Nullable<Int8>,
        blurhash -> Nullable<Text>,
        created_at -> Timestamptz,
        stored_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::MessageType;

    messages (id) {
        id -> Uuid,
        conversation_id -> Uuid,
        seq -> Int8,
        sender_id -> Nullable<Uuid>,
        message_type -> MessageType,
        content -> Nullable<Text>,
        media -> Nullable<Jsonb>,
        offer_id -> Nullable<Uuid>,
        read_at -> Nullable<Timestamptz>,
        is_read -> Bool,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::OfferParty;
    use super::sql_types::OfferStatus;
    use super::sql_types::OfferStatusReason;

    offers (id) {
        id -> Uuid,
        product_id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        conversation_id -> Nullable<Uuid>,
        proposed_by -> OfferParty,
        parent_offer_id -> Nullable<Uuid>,
        round -> Int4,
        amount_minor -> Int8,
        #[max_length = 3]
        currency -> Bpchar,
        message -> Nullable<Text>,
        status -> OfferStatus,
        status_reason -> Nullable<OfferStatusReason>,
        expires_at -> Timestamptz,
        responded_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::Xid8;

    outbox_events (id) {
        id -> Int8,
        xid -> Xid8,
        kind -> Text,
        aggregate -> Text,
        aggregate_id -> Uuid,
        payload -> Jsonb,
        audience -> Array<Nullable<Uuid>>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    password_resets (user_id) {
        user_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::ProductCategory;
    use super::sql_types::FeedType;

    product_cell_changes (id) {
        id -> Int8,
        x -> Int4,
        y -> Int4,
        category -> ProductCategory,
        feed_type -> FeedType,
        products -> Int2,
        longitude -> Int8,
        latitude -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::ProductCategory;
    use super::sql_types::FeedType;

    product_cells (level, x, y, category, feed_type) {
        level -> Int2,
        x -> Int4,
        y -> Int4,
        category -> ProductCategory,
        feed_type -> FeedType,
        products -> Int8,
        longitudes -> Int8,
        latitudes -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    product_likes (product_id, user_id) {
        product_id -> Uuid,
        user_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    product_pickup_points (product_id) {
        product_id -> Uuid,
        location -> Geometry,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    product_views (day, product_id, viewer) {
        day -> Date,
        product_id -> Uuid,
        viewer -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::ProductCategory;
    use super::sql_types::FeedType;
    use super::sql_types::ProductCondition;
    use super::sql_types::LocationPrecision;

    products (id) {
        id -> Uuid,
        seller_id -> Uuid,
        title -> Text,
        description -> Text,
        category -> ProductCategory,
        feed_type -> FeedType,
        condition -> ProductCondition,
        price_minor -> Int8,
        #[max_length = 3]
        currency -> Bpchar,
        images -> Jsonb,
        video_url -> Nullable<Text>,
        thumbnail_url -> Nullable<Text>,
        location -> Nullable<Geometry>,
        location_label -> Nullable<Text>,
        location_precision -> LocationPrecision,
        views_count -> Int8,
        likes_count -> Int8,
        is_available -> Bool,
        sold_at -> Nullable<Timestamptz>,
        archived_at -> Nullable<Timestamptz>,
        offers_enabled -> Bool,
        min_offer_minor -> Nullable<Int8>,
        auto_accept_minor -> Nullable<Int8>,
        auto_decline_minor -> Nullable<Int8>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    retired_usernames (username_hash) {
        username_hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::SessionEnd;

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        refresh_hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        rotated_at -> Nullable<Timestamptz>,
        generation -> Int4,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<SessionEnd>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    stream_comments (id) {
        id -> Uuid,
        stream_id -> Uuid,
        user_id -> Uuid,
        content -> Text,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    stream_ingest (stream_id) {
        stream_id -> Uuid,
        key_hash -> Bytea,
        publisher_hash -> Nullable<Bytea>,
        publisher_id -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    stream_likes (stream_id, user_id) {
        stream_id -> Uuid,
        user_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    stream_shares (stream_id, user_id) {
        stream_id -> Uuid,
        user_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    stream_viewers (stream_id, viewer) {
        stream_id -> Uuid,
        viewer -> Bytea,
        seen_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::ProductCategory;
    use super::sql_types::StreamStatus;

    streams (id) {
        id -> Uuid,
        user_id -> Uuid,
        title -> Text,
        description -> Nullable<Text>,
        category -> ProductCategory,
        status -> StreamStatus,
        thumbnail_url -> Nullable<Text>,
        stream_url -> Nullable<Text>,
        recording_url -> Nullable<Text>,
        views_count -> Int8,
        likes_count -> Int8,
        comments_count -> Int8,
        shares_count -> Int8,
        peak_viewers -> Int8,
        scheduled_at -> Nullable<Timestamptz>,
        started_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        viewers_count -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::TransactionStatus;
    use super::sql_types::Fulfilment;

    transactions (id) {
        id -> Uuid,
        product_id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        offer_id -> Nullable<Uuid>,
        subtotal_minor -> Int8,
        platform_fee_minor -> Int8,
        seller_payout_minor -> Int8,
        refunded_minor -> Int8,
        #[max_length = 3]
        currency -> Bpchar,
        fee_schedule -> Jsonb,
        status -> TransactionStatus,
        fulfilment -> Fulfilment,
        stripe_payment_intent_id -> Nullable<Text>,
        stripe_charge_id -> Nullable<Text>,
        stripe_transfer_id -> Nullable<Text>,
        pay_by -> Timestamptz,
        paid_at -> Nullable<Timestamptz>,
        shipped_at -> Nullable<Timestamptz>,
        received_at -> Nullable<Timestamptz>,
        payout_at -> Nullable<Timestamptz>,
        refunded_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    user_blocks (blocker_id, blocked_id) {
        blocker_id -> Uuid,
        blocked_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::UserRole;
    use super::sql_types::UserStatus;

    users (id) {
        id -> Uuid,
        email -> Citext,
        username -> Citext,
        phone -> Nullable<Text>,
        password_hash -> Text,
        display_name -> Text,
        bio -> Nullable<Text>,
        avatar_url -> Nullable<Text>,
        role -> UserRole,
        location -> Nullable<Geometry>,
        location_label -> Nullable<Text>,
        stripe_customer_id -> Nullable<Text>,
        stripe_connect_account_id -> Nullable<Text>,
        status -> UserStatus,
        deleted_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;
    use super::sql_types::VerificationType;
    use super::sql_types::VerificationStatus;

    verifications (id) {
        id -> Uuid,
        user_id -> Uuid,
        verification_type -> VerificationType,
        status -> VerificationStatus,
        data -> Jsonb,
        submitted_at -> Timestamptz,
        verified_at -> Nullable<Timestamptz>,
        rejection_reason -> Nullable<Text>,
        reviewed_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        code_hash -> Nullable<Bytea>,
        code_expires_at -> Nullable<Timestamptz>,
        code_tries -> Int2,
        code_sent_at -> Array<Nullable<Timestamptz>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use postgis_diesel::sql_types::Geometry;

    webhook_inbox (provider, event_id) {
        provider -> Text,
        event_id -> Text,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(audit_entries -> users (admin_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(ledger_entries -> transactions (transaction_id));
diesel::joinable!(ledger_entries -> users (user_id));
diesel::joinable!(media -> users (owner_id));
diesel::joinable!(messages -> offers (offer_id));
diesel::joinable!(messages -> users (sender_id));
diesel::joinable!(offers -> conversations (conversation_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(product_likes -> products (product_id));
diesel::joinable!(product_likes -> users (user_id));
diesel::joinable!(product_pickup_points -> products (product_id));
diesel::joinable!(products -> users (seller_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(stream_comments -> streams (stream_id));
diesel::joinable!(stream_comments -> users (user_id));
diesel::joinable!(stream_ingest -> streams (stream_id));
diesel::joinable!(stream_likes -> streams (stream_id));
diesel::joinable!(stream_likes -> users (user_id));
diesel::joinable!(stream_shares -> streams (stream_id));
diesel::joinable!(stream_shares -> users (user_id));
diesel::joinable!(streams -> users (user_id));
diesel::joinable!(transactions -> offers (offer_id));

diesel::allow_tables_to_appear_in_same_query!(
    attempts,
    audit_entries,
    conversations,
    idempotency_keys,
    ledger_entries,
    media,
    messages,
    offers,
    outbox_events,
    password_resets,
    product_cell_changes,
    product_cells,
    product_likes,
    product_pickup_points,
    product_views,
    products,
    retired_usernames,
    sessions,
    stream_comments,
    stream_ingest,
    stream_likes,
    stream_shares,
    stream_viewers,
    streams,
    transactions,
    user_blocks,
    users,
    verifications,
    webhook_inbox,
);
