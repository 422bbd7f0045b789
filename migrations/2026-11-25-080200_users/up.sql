-- Why: accounts. A row is never deleted: closing an account anonymises it, because money rows point here and because a
--      username must not come back as somebody else. Whether somebody is verified is derived from verifications.
-- Lock: none; a new table.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE users (
    id uuid NOT NULL,
    email citext NOT NULL,
    username citext NOT NULL,
    phone text,
    password_hash text NOT NULL,
    display_name text NOT NULL,
    bio text,
    avatar_url text,
    role user_role NOT NULL,
    -- Private and exact; what others see is location_label.
    location geometry(Point, 4326),
    location_label text,
    stripe_customer_id text,
    stripe_connect_account_id text,
    status user_status NOT NULL,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_email CHECK (octet_length(email::text) BETWEEN 3 AND 254),
    CONSTRAINT ck_users_username CHECK (username::text ~ '^[A-Za-z0-9._-]{3,30}$'),
    CONSTRAINT ck_users_phone CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    CONSTRAINT ck_users_password_hash CHECK (char_length(password_hash) BETWEEN 1 AND 255),
    CONSTRAINT ck_users_display_name CHECK (char_length(display_name) BETWEEN 1 AND 80),
    CONSTRAINT ck_users_bio CHECK (char_length(bio) <= 1000),
    CONSTRAINT ck_users_avatar_url CHECK (octet_length(avatar_url) BETWEEN 1 AND 2048),
    -- The column's type holds SRID and dimension. An empty point has no x to compare, so it is refused by name; a cast
    -- to geography would silently wrap what is out of range.
    CONSTRAINT ck_users_location CHECK (
        NOT ST_IsEmpty(location) AND ST_X(location) BETWEEN -180 AND 180 AND ST_Y(location) BETWEEN -90 AND 90
    ),
    CONSTRAINT ck_users_location_label CHECK (char_length(location_label) BETWEEN 1 AND 120),
    CONSTRAINT ck_users_stripe_customer_id CHECK (char_length(stripe_customer_id) BETWEEN 1 AND 255),
    CONSTRAINT ck_users_stripe_connect_account_id CHECK (char_length(stripe_connect_account_id) BETWEEN 1 AND 255),
    CONSTRAINT ck_users_deleted_at CHECK ((status = 'deleted') = (deleted_at IS NOT NULL))
);

CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_phone ON users (phone);
CREATE UNIQUE INDEX uq_users_stripe_customer_id ON users (stripe_customer_id)
WHERE stripe_customer_id IS NOT NULL;
CREATE UNIQUE INDEX uq_users_stripe_connect_account_id ON users (stripe_connect_account_id)
WHERE stripe_connect_account_id IS NOT NULL;
CREATE INDEX idx_users_location ON users USING gist (location);
