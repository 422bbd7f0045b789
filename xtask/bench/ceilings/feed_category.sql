\set feed random(1, 2)
\set category random(1, 12)
SELECT id, seller_id, title, description, category, feed_type, condition, price_minor, currency, images, video_url, thumbnail_url,
    location, location_label, location_precision, views_count, likes_count, is_available, sold_at, archived_at, offers_enabled,
    min_offer_minor, auto_accept_minor, auto_decline_minor, version, created_at, updated_at
FROM products WHERE is_available AND feed_type = (ARRAY['discover', 'community'])[(:feed)::int]::feed_type
    AND category = (ARRAY['trading_cards', 'mens_fashion', 'sneakers', 'sports_cards', 'collectibles', 'electronics', 'home_decor',
        'beauty', 'kids_baby', 'furniture', 'books', 'other'])[(:category)::int]::product_category
ORDER BY created_at DESC, id DESC LIMIT 21;
