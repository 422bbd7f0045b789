-- Why: the exact place where a thing is picked up, apart from products, so that no public query can read it by mistake.
--      Only the two parties of a paid transaction see it.
-- Lock: SHARE ROW EXCLUSIVE on products for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE product_pickup_points (
    product_id uuid NOT NULL,
    location geometry(Point, 4326) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_product_pickup_points PRIMARY KEY (product_id),
    CONSTRAINT fk_product_pickup_points_product_id FOREIGN KEY (product_id) REFERENCES products (id)
    ON DELETE CASCADE,
    CONSTRAINT ck_product_pickup_points_location CHECK (
        NOT ST_IsEmpty(location) AND ST_X(location) BETWEEN -180 AND 180 AND ST_Y(location) BETWEEN -90 AND 90
    )
);
