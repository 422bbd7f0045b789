-- squawk-ignore-file ban-drop-table
-- Loses: every listing.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE products;
