-- Loses: nothing.
SET LOCAL lock_timeout = '2s';

ALTER INDEX idx_products_location RENAME TO ix_products_point;
ALTER INDEX ix_products_category_location RENAME TO ix_products_category_point;
ALTER INDEX ix_products_location_sample RENAME TO ix_products_point_sample;
