-- Why: whose look at a listing was counted already, so that each viewer counts once a day whichever server saw them. A
--      viewer is a keyed hash over person, listing and day: neither the table nor a copy of it says who looked at what.
--      Rows are made from those of products and go after a day or two; a foreign key would lock a listing for each.
-- Lock: none; a new table.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE product_views (
    day date NOT NULL,
    product_id uuid NOT NULL,
    viewer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_product_views PRIMARY KEY (day, product_id, viewer),
    CONSTRAINT ck_product_views_viewer CHECK (octet_length(viewer) = 16)
);
