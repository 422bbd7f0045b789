-- Why: how many watched a show at the last count, so that lists can be read with most viewers first.
-- Lock: ACCESS EXCLUSIVE on streams for the column, for milliseconds: a constant default rewrites nothing and the
--      constraint is checked later.
-- Running version: does not know it, and writes no shows.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE streams
ADD COLUMN viewers_count bigint NOT NULL DEFAULT 0,
ADD CONSTRAINT ck_streams_viewers_count CHECK (viewers_count >= 0) NOT VALID;
