-- Why: the listings that were there before their changes were noted are counted too.
-- Lock: none that anybody waits for; a minute or so for a million listings, while people go on. Workers leave the
--       sums alone meanwhile.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '10min';

SELECT pg_advisory_xact_lock(hashtextextended('product_cells', 0));
DELETE FROM product_cells;
-- One statement sees one moment: the changes noted until then are in the listings that it counts, and go; those that come
-- later stay.
WITH noted AS (DELETE FROM product_cell_changes),
fine AS MATERIALIZED (
    SELECT map_cell(map_x(location), 17) AS x, map_cell(map_y(location), 17) AS y, category, feed_type,
        count(*) AS products, sum(round(ST_X(location) * 1e7)::bigint) AS longitudes,
        sum(round(ST_Y(location) * 1e7)::bigint) AS latitudes
    FROM products WHERE is_available AND location IS NOT NULL
    GROUP BY x, y, category, feed_type
)
INSERT INTO product_cells
SELECT level, x >> 17 - level, y >> 17 - level, category, feed_type, sum(products), sum(longitudes), sum(latitudes)
FROM fine, unnest(ARRAY[3, 5, 7, 9, 11, 13, 15, 17]) AS level
GROUP BY level, x >> 17 - level, y >> 17 - level, category, feed_type;
