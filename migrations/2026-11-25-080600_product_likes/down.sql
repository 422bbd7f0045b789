-- squawk-ignore-file ban-drop-table
-- Loses: who liked what; the counts in products stay as they are.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE product_likes;
