\set n random(1, 20000)
SELECT id, seller_id, title, description, category, feed_type, condition, price_minor, currency, images, video_url, thumbnail_url,
    location, location_label, location_precision, views_count, likes_count, is_available, sold_at, archived_at, offers_enabled,
    min_offer_minor, auto_accept_minor, auto_decline_minor, version, created_at, updated_at
FROM products WHERE id = (SELECT id FROM bench.product WHERE n = :n);
