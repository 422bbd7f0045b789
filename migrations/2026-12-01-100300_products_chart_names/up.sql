-- Why: indexes of places keep the names that they had before they were of the chart.
-- Lock: of the indexes alone, for a moment; reads and writes go on.
-- Running version: does not notice, since no statement names an index.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- squawk-ignore renaming-object
ALTER INDEX ix_products_chart RENAME TO idx_products_location;
-- squawk-ignore renaming-object
ALTER INDEX ix_products_category_chart RENAME TO ix_products_category_location;
-- squawk-ignore renaming-object
ALTER INDEX ix_products_chart_sample RENAME TO ix_products_location_sample;
