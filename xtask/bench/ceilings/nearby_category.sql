--PLACE
\set category random(1, 12)
WITH q AS MATERIALIZED (
    SELECT point((:longitude)::float8, (:latitude)::float8) p,
        ST_Point((:longitude)::float8, (:latitude)::float8, 4326)::geography g,
        111300.0 * cos(radians(least(89.0, abs((:latitude)::float8) + 5000 / 110500.0))) degree),
k AS MATERIALIZED (
    SELECT CASE WHEN count(*) < 21 THEN 5000::float8
        ELSE least(5000, max(ST_Distance(location::geography, (SELECT g FROM q))) + 0.01) END m
    FROM (SELECT location FROM products WHERE is_available
        AND category = (ARRAY['trading_cards', 'mens_fashion', 'sneakers', 'sports_cards', 'collectibles', 'electronics', 'home_decor',
        'beauty', 'kids_baby', 'furniture', 'books', 'other'])[(:category)::int]::product_category
          ORDER BY ST_Force2D(location)::point <-> (SELECT p FROM q) LIMIT 21) nearest)
SELECT id, seller_id, title, description, category, feed_type, condition, price_minor, currency, images, video_url, thumbnail_url,
    location, location_label, location_precision, views_count, likes_count, is_available, sold_at, archived_at, offers_enabled,
    min_offer_minor, auto_accept_minor, auto_decline_minor, version, created_at, updated_at, d
FROM (SELECT *, ST_Distance(location::geography, (SELECT g FROM q)) d FROM products
      WHERE is_available
        AND category = (ARRAY['trading_cards', 'mens_fashion', 'sneakers', 'sports_cards', 'collectibles', 'electronics', 'home_decor',
        'beauty', 'kids_baby', 'furniture', 'books', 'other'])[(:category)::int]::product_category
        AND ST_Force2D(location)::point <@ (SELECT box(q.p - point(k.m / q.degree, k.m / 110500.0), q.p + point(k.m / q.degree, k.m / 110500.0)) FROM q, k) OFFSET 0) near
WHERE d <= (SELECT m FROM k) ORDER BY d, id LIMIT 21;
