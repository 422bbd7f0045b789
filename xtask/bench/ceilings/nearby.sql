--PLACE
WITH q AS MATERIALIZED (
    SELECT chart_point(point) p, point g,
        5000 / cos(radians(least(89.0, abs((:latitude)::float8) + 5000 / 110500.0))) r
    FROM ST_Point((:longitude)::float8, (:latitude)::float8, 4326) point)
SELECT id, seller_id, title, description, category, feed_type, condition, price_minor, currency, images, video_url, thumbnail_url,
    location, location_label, location_precision, views_count, likes_count, is_available, sold_at, archived_at, offers_enabled,
    min_offer_minor, auto_accept_minor, auto_decline_minor, version, created_at, updated_at, d
FROM (SELECT *, ST_DistanceSpheroid(location, (SELECT g FROM q)) d FROM products
      WHERE is_available AND chart_point(location) <@ (SELECT circle(p, r) FROM q)
      ORDER BY chart_point(location) <-> (SELECT p FROM q) LIMIT 23) near
WHERE d <= 5000 ORDER BY d, id LIMIT 21;
