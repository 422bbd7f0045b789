-- Why: listings. The point here is the public one, which search, maps and other people may see; the exact one lives in
--      product_pickup_points. A listing is archived, never deleted, because payments point to it.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE products (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    category product_category NOT NULL,
    feed_type feed_type NOT NULL,
    condition product_condition NOT NULL,
    price_minor bigint NOT NULL,
    currency char(3) NOT NULL DEFAULT 'USD',
    images jsonb NOT NULL DEFAULT '[]',
    video_url text,
    thumbnail_url text,
    location geometry(Point, 4326),
    location_label text,
    location_precision location_precision NOT NULL DEFAULT 'approximate',
    views_count bigint NOT NULL DEFAULT 0,
    likes_count bigint NOT NULL DEFAULT 0,
    -- Not available, not sold and not archived: reserved by a live transaction.
    is_available boolean NOT NULL,
    sold_at timestamptz,
    archived_at timestamptz,
    offers_enabled boolean NOT NULL,
    -- The seller's secrets: no public query reads these three.
    min_offer_minor bigint,
    auto_accept_minor bigint,
    auto_decline_minor bigint,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_products PRIMARY KEY (id),
    -- The target of composite keys: who points to a listing and names its seller cannot name another one. The seller
    -- leads, so that a look-up by id keeps to the smaller primary key.
    CONSTRAINT uq_products_seller_id_id UNIQUE (seller_id, id),
    CONSTRAINT fk_products_seller_id FOREIGN KEY (seller_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ck_products_title CHECK (char_length(title) BETWEEN 1 AND 140),
    CONSTRAINT ck_products_description CHECK (char_length(description) <= 5000),
    CONSTRAINT ck_products_price_minor CHECK (price_minor BETWEEN 1 AND 99999999999),
    CONSTRAINT ck_products_currency CHECK (currency ~ '^[A-Z]{3}$'),
    -- CASE, because AND promises no order and the length of something that is no array is an error of its own.
    CONSTRAINT ck_products_images CHECK (
        CASE jsonb_typeof(images)
            WHEN 'array' THEN jsonb_array_length(images) <= 10 AND octet_length(images::text) <= 65536
            ELSE FALSE
        END
    ),
    CONSTRAINT ck_products_video_url CHECK (octet_length(video_url) BETWEEN 1 AND 2048),
    CONSTRAINT ck_products_thumbnail_url CHECK (octet_length(thumbnail_url) BETWEEN 1 AND 2048),
    CONSTRAINT ck_products_location CHECK (
        NOT ST_IsEmpty(location) AND ST_X(location) BETWEEN -180 AND 180 AND ST_Y(location) BETWEEN -90 AND 90
    ),
    CONSTRAINT ck_products_location_label CHECK (char_length(location_label) BETWEEN 1 AND 120),
    CONSTRAINT ck_products_views_count CHECK (views_count >= 0),
    CONSTRAINT ck_products_likes_count CHECK (likes_count >= 0),
    CONSTRAINT ck_products_available CHECK (NOT is_available OR (sold_at IS NULL AND archived_at IS NULL)),
    CONSTRAINT ck_products_discover CHECK (
        feed_type <> 'discover'
        OR (NOT offers_enabled AND num_nonnulls(min_offer_minor, auto_accept_minor, auto_decline_minor) = 0)
    ),
    CONSTRAINT ck_products_min_offer_minor CHECK (min_offer_minor BETWEEN 1 AND price_minor),
    CONSTRAINT ck_products_auto_accept_minor CHECK (auto_accept_minor BETWEEN 1 AND price_minor),
    CONSTRAINT ck_products_auto_decline_minor CHECK (auto_decline_minor BETWEEN 1 AND price_minor),
    CONSTRAINT ck_products_auto_answers CHECK (auto_decline_minor < auto_accept_minor),
    CONSTRAINT ck_products_version CHECK (version >= 1)
)
-- Room on each page, so that a new count or a sale need not touch every index.
WITH (fillfactor = 85);

-- Newest first, keyset pages, only what can be bought. "is_available" is a bare predicate: "is_available = $1" would
-- not match these indexes in a generic plan.
CREATE INDEX ix_products_is_available ON products (created_at DESC, id DESC)
WHERE is_available;
CREATE INDEX ix_products_feed_created ON products (feed_type, created_at DESC, id DESC)
WHERE is_available;
CREATE INDEX ix_products_category_feed ON products (category, feed_type, created_at DESC, id DESC)
WHERE is_available;
-- All of a seller's listings, sold ones too.
CREATE INDEX ix_products_seller_id ON products (seller_id, created_at DESC, id DESC);
CREATE INDEX idx_products_location ON products USING gist (location)
WHERE is_available;
-- ST_Force2D changes nothing about our points. It keeps the planner from taking this index, on a cost tie, for searches
-- without a category, where it is five times dearer; searches with a category write ST_Force2D(location).
CREATE INDEX ix_products_category_location ON products USING gist (category, st_force2d(location))
WHERE is_available;
