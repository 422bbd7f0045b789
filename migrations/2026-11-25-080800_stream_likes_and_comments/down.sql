-- squawk-ignore-file ban-drop-table
-- Loses: likes and comments; the counts in streams stay as they are.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TABLE stream_comments;
DROP TABLE stream_likes;
