-- Loses: nothing.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP FUNCTION chart_point(geometry, product_category);
DROP FUNCTION chart_point(geometry);
