-- Why: points (postgis), e-mail and names without regard to case (citext), search by likeness (pg_trgm, unaccent), a
--      category beside a point in one GiST index (btree_gist), and statement statistics where the server counts them.
-- Lock: none that anybody waits for; an extension that is already there is left alone.
-- Running version: sees nothing new.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- An extension may have been there before us, made by the operator or by another application in this database. What we
-- make ourselves bears this comment, so that the way down takes away exactly that.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['postgis', 'citext', 'pg_trgm', 'unaccent', 'btree_gist'] LOOP
        IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = wanted) THEN
            EXECUTE format('CREATE EXTENSION %I', wanted);
            EXECUTE format('COMMENT ON EXTENSION %I IS %L', wanted, 'made by the souk migrations');
        END IF;
    END LOOP;
END
$$;

-- Statistics are a convenience: a server that has not preloaded the library (its settings exist only where it has), or
-- a role that may not make the extension, must still be able to migrate.
DO $$
BEGIN
    IF current_setting('pg_stat_statements.max', true) IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
    THEN
        CREATE EXTENSION pg_stat_statements;
        COMMENT ON EXTENSION pg_stat_statements IS 'made by the souk migrations';
    END IF;
EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE NOTICE 'pg_stat_statements was not made: %', SQLERRM;
END
$$;
