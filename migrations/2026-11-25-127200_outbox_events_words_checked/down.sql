-- Loses: nothing. That a constraint was checked cannot be taken back, and need not be.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

SELECT 1;
