-- Loses: the counts, which the way up makes anew.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DELETE FROM product_cells;
