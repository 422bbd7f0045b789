-- Why: the name of a deleted account must not come back as somebody else, and must not be kept either. So its hash is, and
--      a trigger refuses the name as if the account still bore it.
-- Lock: SHARE ROW EXCLUSIVE on users for the trigger, for milliseconds.
-- Running version: knows neither; to it, a retired name is a taken one.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE retired_usernames (
    -- The SHA-256 of the name in lower case.
    username_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_retired_usernames PRIMARY KEY (username_hash),
    CONSTRAINT ck_retired_usernames_username_hash CHECK (octet_length(username_hash) = 32)
);

CREATE FUNCTION username_is_not_retired() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM retired_usernames WHERE username_hash = sha256(convert_to(lower(NEW.username::text), 'UTF8'))
    ) THEN
        RAISE EXCEPTION 'the username belonged to an account that was deleted'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'ix_users_username', TABLE = 'users';
    END IF;
    RETURN NULL;
END
$$;

-- After the row, not before: whoever wants the name while its account is being deleted waits at ix_users_username until
-- that is done, and only then can see that the name has retired.
CREATE TRIGGER tg_users_username_is_not_retired AFTER INSERT OR UPDATE OF username ON users
FOR EACH ROW EXECUTE FUNCTION username_is_not_retired();
