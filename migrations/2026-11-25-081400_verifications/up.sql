-- Why: one row per attempt to prove an e-mail address, a phone number, an identity or a postal address. At most one is
--      pending or verified per person and type; rejected ones stay as history.
-- Lock: SHARE ROW EXCLUSIVE on users for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE verifications (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    verification_type verification_type NOT NULL,
    status verification_status NOT NULL,
    -- What the type needs: a hashed code and its tries, or references to documents. Never the documents.
    data jsonb NOT NULL DEFAULT '{}',
    submitted_at timestamptz NOT NULL,
    verified_at timestamptz,
    rejection_reason text,
    reviewed_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_verifications PRIMARY KEY (id),
    CONSTRAINT fk_verifications_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_verifications_reviewed_by FOREIGN KEY (reviewed_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ck_verifications_data CHECK (
        jsonb_typeof(data) = 'object' AND octet_length(data::text) <= 16384
    ),
    CONSTRAINT ck_verifications_verified_at CHECK ((status = 'verified') = (verified_at IS NOT NULL)),
    CONSTRAINT ck_verifications_rejection_reason CHECK (
        (status = 'rejected') = (rejection_reason IS NOT NULL) AND char_length(rejection_reason) BETWEEN 1 AND 500
    ),
    CONSTRAINT ck_verifications_reviewed_by CHECK (reviewed_by <> user_id)
);

CREATE UNIQUE INDEX uq_verifications_current ON verifications (user_id, verification_type)
WHERE status IN ('pending', 'verified');
CREATE INDEX ix_verifications_user_id ON verifications (user_id, submitted_at DESC, id DESC);
-- The reviewers' queue, longest wait first.
CREATE INDEX ix_verifications_status ON verifications (status, submitted_at, id);
CREATE INDEX ix_verifications_reviewed_by ON verifications (reviewed_by)
WHERE reviewed_by IS NOT NULL;
