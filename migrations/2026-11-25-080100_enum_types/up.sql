-- Why: closed sets of words, so that no table can hold one that the domain does not know. Spellings are part of the API.
-- Lock: none; new types.
-- Running version: does not know them.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TYPE user_role AS ENUM ('buyer', 'seller', 'both', 'admin');
CREATE TYPE user_status AS ENUM ('active', 'suspended', 'banned', 'deleted');
CREATE TYPE session_end AS ENUM ('logged_out', 'password_changed', 'reuse_detected', 'revoked', 'account_closed');

-- In the order in which people see them: GET /categories answers in it.
CREATE TYPE product_category AS ENUM (
    'trading_cards', 'mens_fashion', 'sneakers', 'sports_cards', 'collectibles', 'electronics',
    'home_decor', 'beauty', 'kids_baby', 'furniture', 'books', 'other'
);
CREATE TYPE feed_type AS ENUM ('discover', 'community');
CREATE TYPE product_condition AS ENUM ('new', 'like_new', 'good', 'fair');
CREATE TYPE location_precision AS ENUM ('approximate', 'exact');

CREATE TYPE stream_status AS ENUM ('scheduled', 'live', 'ended', 'cancelled');

CREATE TYPE message_type AS ENUM ('text', 'image', 'offer', 'system');

CREATE TYPE offer_party AS ENUM ('buyer', 'seller');
CREATE TYPE offer_status AS ENUM ('pending', 'accepted', 'rejected', 'expired', 'cancelled');
CREATE TYPE offer_status_reason AS ENUM (
    'declined', 'countered', 'auto_declined', 'item_sold', 'item_archived', 'withdrawn', 'payment_lapsed',
    'account_closed'
);

CREATE TYPE transaction_status AS ENUM ('pending', 'completed', 'failed', 'refunded', 'cancelled');
CREATE TYPE fulfilment AS ENUM ('none', 'awaiting_shipment', 'shipped', 'received', 'disputed');

CREATE TYPE ledger_account AS ENUM ('provider', 'platform_fees', 'seller_pending', 'seller_available');
CREATE TYPE posting_kind AS ENUM ('capture', 'release', 'payout', 'refund', 'adjustment');

CREATE TYPE verification_type AS ENUM ('email', 'phone', 'government_id', 'address');
CREATE TYPE verification_status AS ENUM ('pending', 'verified', 'rejected');
