-- Why: a code that was sent is kept as a keyed hash, with how long it is good and how often it was guessed, so that a
--      limit on guesses holds over several servers; and when codes were sent, so that nobody's inbox is filled.
-- Lock: ACCESS EXCLUSIVE on verifications for the columns, for milliseconds: the table is not rewritten and the
--      constraints are checked later. SHARE while the index is built: the table is small when this first runs.
-- Running version: does not know the columns, and writes no attempts.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Attempts that wait for a code nobody has kept can never be finished.
UPDATE verifications SET status = 'rejected', rejection_reason = 'code_expired', updated_at = now()
WHERE status = 'pending' AND verification_type IN ('email', 'phone');

ALTER TABLE verifications
ADD COLUMN code_hash bytea,
ADD COLUMN code_expires_at timestamptz,
ADD COLUMN code_tries smallint NOT NULL DEFAULT 0,
-- The last three at most. They count towards the limit also after the attempt has ended.
ADD COLUMN code_sent_at timestamptz [] NOT NULL DEFAULT '{}',
ADD CONSTRAINT ck_verifications_code CHECK (
    (code_hash IS NOT NULL) = (status = 'pending' AND verification_type IN ('email', 'phone'))
    AND (code_hash IS NULL) = (code_expires_at IS NULL)
) NOT VALID,
ADD CONSTRAINT ck_verifications_code_hash CHECK (octet_length(code_hash) = 32) NOT VALID,
ADD CONSTRAINT ck_verifications_code_tries CHECK (code_tries BETWEEN 0 AND 4) NOT VALID,
ADD CONSTRAINT ck_verifications_code_sent_at CHECK (
    cardinality(code_sent_at) <= 3 AND array_position(code_sent_at, NULL) IS NULL
) NOT VALID,
-- A document under review is there; what was decided may have lost it.
ADD CONSTRAINT ck_verifications_document CHECK (
    CASE
        WHEN verification_type IN ('government_id', 'address') THEN status <> 'pending' OR data ? 'document'
        ELSE data = '{}'
    END
) NOT VALID;

-- The reviewers' queue, without the codes that nobody reviews.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_verifications_reviews ON verifications (status, submitted_at, id)
WHERE verification_type IN ('government_id', 'address');
