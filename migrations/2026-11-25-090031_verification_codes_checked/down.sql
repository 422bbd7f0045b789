-- Loses: nothing. That a constraint was checked cannot be taken back, and need not be.
SELECT 1;
