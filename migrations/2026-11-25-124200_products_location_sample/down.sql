-- Loses: nothing but speed.
DROP INDEX CONCURRENTLY IF EXISTS ix_products_location_sample;
