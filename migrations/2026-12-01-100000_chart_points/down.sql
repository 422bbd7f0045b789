-- Loses: nothing.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- squawk-ignore ban-drop-function
DROP FUNCTION chart_point(geometry, product_category);
-- squawk-ignore ban-drop-function
DROP FUNCTION chart_point(geometry);
