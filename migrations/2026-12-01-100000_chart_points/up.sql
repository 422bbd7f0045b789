-- Why: what is nearest by degrees is not what is nearest by metres, so that searches for what is near have to look twice.
--      On a chart that keeps angles it nearly is, and on one with a place of its own for each category an index of points
--      alone serves those too.
-- Lock: none.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Where a point lies on the World Mercator chart (EPSG:3395), in its metres (Snyder, Map Projections: A Working Manual, USGS
-- 1987, equations 7-6 and 7-7). The chart ends a tenth of a degree from the poles; what is nearer lies on its edge. Metres,
-- because PostgreSQL takes the sides of a polygon for as thick as a millionth divided by their length.
CREATE FUNCTION chart_point(location geometry) RETURNS point
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN point(
    6378137 * radians((location::point)[0]),
    6378137 * (
        asinh(tan(radians(greatest(-89.9, least(89.9, (location::point)[1])))))
        - 0.0818191908426215 * atanh(0.0818191908426215 * sin(radians(greatest(-89.9, least(89.9, (location::point)[1])))))
    )
);

-- The same on the shelf of a category: 100,000 km further east for each category before it. A new category needs a
-- shelf here, and the index built anew; until then nothing is found on it.
CREATE FUNCTION chart_point(location geometry, category product_category) RETURNS point
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN point(
    6378137 * radians((location::point)[0]) + 100000000 * CASE category
        WHEN 'trading_cards' THEN 0 WHEN 'mens_fashion' THEN 1 WHEN 'sneakers' THEN 2 WHEN 'sports_cards' THEN 3
        WHEN 'collectibles' THEN 4 WHEN 'electronics' THEN 5 WHEN 'home_decor' THEN 6 WHEN 'beauty' THEN 7
        WHEN 'kids_baby' THEN 8 WHEN 'furniture' THEN 9 WHEN 'books' THEN 10 WHEN 'other' THEN 11
    END,
    6378137 * (
        asinh(tan(radians(greatest(-89.9, least(89.9, (location::point)[1])))))
        - 0.0818191908426215 * atanh(0.0818191908426215 * sin(radians(greatest(-89.9, least(89.9, (location::point)[1])))))
    )
);
