-- Why: maps of the whole world ask how many listings there are in each of a few hundred cells, and counting a million rows
--      for it takes most of a second. So the counts are kept, for a pyramid of grids. Counting at once would make every
--      sale wait for the row of its continent; a trigger only notes what changes, and a worker adds the notes up.
-- Lock: SHARE ROW EXCLUSIVE on products for the trigger, for milliseconds.
-- Running version: does not notice; what it changes is noted.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Where a point lies on the square map of the world (Web Mercator), from 0 in the west and north to 1. What is nearer to a
-- pole than the map reaches lies at its rim.
CREATE FUNCTION map_x(location geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ST_X(location) + 180) / 360;

CREATE FUNCTION map_y(location geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 0.5 - asinh(tand(greatest(-85.0511287798066, least(85.0511287798066, ST_Y(location))))) / (2 * pi());

-- Which of 2^level cells from edge to edge that is; the last one has its far edge too.
CREATE FUNCTION map_cell(part double precision, level integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN greatest(0, least(floor(part * (1 << level))::integer, (1 << level) - 1));

-- Available listings by cell of the grids of level 3, 5, … 17. Centres come from sums of degrees × 10^7, whole numbers, so
-- that taking away leaves exactly what was there before.
CREATE TABLE product_cells (
    level smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    category product_category NOT NULL,
    feed_type feed_type NOT NULL,
    products bigint NOT NULL,
    longitudes bigint NOT NULL,
    latitudes bigint NOT NULL,
    CONSTRAINT pk_product_cells PRIMARY KEY (level, x, y, category, feed_type),
    CONSTRAINT ck_product_cells_products CHECK (products > 0)
)
-- A cell's row changes with every listing in it.
WITH (fillfactor = 70);

-- What is not in the sums yet: a listing that came (1) or went (-1), in its cell of level 17.
CREATE TABLE product_cell_changes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    x integer NOT NULL,
    y integer NOT NULL,
    category product_category NOT NULL,
    feed_type feed_type NOT NULL,
    products smallint NOT NULL,
    longitude bigint NOT NULL,
    latitude bigint NOT NULL,
    CONSTRAINT pk_product_cell_changes PRIMARY KEY (id),
    CONSTRAINT ck_product_cell_changes_products CHECK (products IN (-1, 1))
);

CREATE FUNCTION product_cell_changes_note() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.is_available AND OLD.location IS NOT NULL THEN
        INSERT INTO product_cell_changes (x, y, category, feed_type, products, longitude, latitude)
        VALUES (map_cell(map_x(OLD.location), 17), map_cell(map_y(OLD.location), 17), OLD.category, OLD.feed_type, -1,
            round(ST_X(OLD.location) * 1e7), round(ST_Y(OLD.location) * 1e7));
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.is_available AND NEW.location IS NOT NULL THEN
        INSERT INTO product_cell_changes (x, y, category, feed_type, products, longitude, latitude)
        VALUES (map_cell(map_x(NEW.location), 17), map_cell(map_y(NEW.location), 17), NEW.category, NEW.feed_type, 1,
            round(ST_X(NEW.location) * 1e7), round(ST_Y(NEW.location) * 1e7));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tg_products_cells_inserted AFTER INSERT ON products
FOR EACH ROW WHEN (NEW.is_available AND NEW.location IS NOT NULL)
EXECUTE FUNCTION product_cell_changes_note();
-- New counts of views and likes are no change here, and cost no more than this comparison.
CREATE TRIGGER tg_products_cells_updated AFTER UPDATE ON products
FOR EACH ROW WHEN (
    (OLD.is_available, OLD.category, OLD.feed_type) IS DISTINCT FROM (NEW.is_available, NEW.category, NEW.feed_type)
    OR OLD.location IS DISTINCT FROM NEW.location
)
EXECUTE FUNCTION product_cell_changes_note();
CREATE TRIGGER tg_products_cells_deleted AFTER DELETE ON products
FOR EACH ROW WHEN (OLD.is_available AND OLD.location IS NOT NULL)
EXECUTE FUNCTION product_cell_changes_note();
