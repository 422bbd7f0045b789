-- Loses: nothing.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- squawk-ignore renaming-object
ALTER INDEX idx_products_location RENAME TO ix_products_chart;
-- squawk-ignore renaming-object
ALTER INDEX ix_products_category_location RENAME TO ix_products_category_chart;
-- squawk-ignore renaming-object
ALTER INDEX ix_products_location_sample RENAME TO ix_products_chart_sample;
