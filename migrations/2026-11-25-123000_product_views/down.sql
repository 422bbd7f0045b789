-- squawk-ignore-file ban-drop-table
-- Loses: who was counted today; whoever looks again is counted again.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE product_views;
