-- squawk-ignore-file ban-drop-table, ban-drop-function
-- Loses: the books: never in production.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE ledger_entries;
DROP FUNCTION ledger_is_append_only();
DROP FUNCTION ledger_posting_balances();
