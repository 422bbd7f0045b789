-- squawk-ignore-file ban-drop-table
-- Loses: the exact places; the public points in products stay.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE product_pickup_points;
