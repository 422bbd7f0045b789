-- Why: what those who run the place did to others: who, what, to whom, why, when. Written in the transaction of the act,
--      and never changed: not even by the program, whose mistakes it may have to show.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign key, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TYPE admin_act AS ENUM (
    'admin_granted', 'user_suspended', 'user_reinstated', 'verification_approved', 'verification_rejected'
);

CREATE TABLE audit_entries (
    id uuid NOT NULL,
    -- Null: whoever runs the program, at its command line.
    admin_id uuid,
    act admin_act NOT NULL,
    -- The account, or the verification, it was done to. Not a key: entries outlive rows.
    subject_id uuid NOT NULL,
    reason text,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (id),
    CONSTRAINT fk_audit_entries_admin_id FOREIGN KEY (admin_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ck_audit_entries_reason CHECK (char_length(reason) BETWEEN 1 AND 500)
);

CREATE INDEX ix_audit_entries_created ON audit_entries (created_at DESC, id DESC);
CREATE INDEX ix_audit_entries_admin_id ON audit_entries (admin_id, created_at DESC, id DESC);
CREATE INDEX ix_audit_entries_subject_id ON audit_entries (subject_id, created_at DESC, id DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed'
        USING ERRCODE = 'object_not_in_prerequisite_state', TABLE = 'audit_entries';
END
$$;

CREATE TRIGGER tg_audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
