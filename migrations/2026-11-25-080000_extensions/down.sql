-- Loses: the extensions that the way up made, and no others. One that something else has begun to use in the meantime
-- stays: it is no longer ours alone.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DO $$
DECLARE
    ours text;
BEGIN
    FOR ours IN
        SELECT extname FROM pg_extension
        WHERE obj_description(oid, 'pg_extension') = 'made by the souk migrations'
        ORDER BY extname
    LOOP
        BEGIN
            EXECUTE format('DROP EXTENSION %I', ours);
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                RAISE NOTICE 'the extension "%" stays, because other objects use it', ours;
        END;
    END LOOP;
END
$$;
