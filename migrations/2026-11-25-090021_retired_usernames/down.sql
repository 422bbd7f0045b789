-- squawk-ignore-file ban-drop-table, ban-drop-function
-- Loses: which names deleted accounts bore; they can be taken again.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TRIGGER tg_users_username_is_not_retired ON users;
DROP FUNCTION username_is_not_retired();
DROP TABLE retired_usernames;
