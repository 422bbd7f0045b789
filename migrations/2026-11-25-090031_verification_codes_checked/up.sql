-- Why: the constraints of the migration before hold for new rows; now they are known to hold for all.
-- Lock: SHARE UPDATE EXCLUSIVE on verifications: reads and writes go on.
-- Running version: does not notice.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE verifications VALIDATE CONSTRAINT ck_verifications_code;
ALTER TABLE verifications VALIDATE CONSTRAINT ck_verifications_code_hash;
ALTER TABLE verifications VALIDATE CONSTRAINT ck_verifications_code_tries;
ALTER TABLE verifications VALIDATE CONSTRAINT ck_verifications_code_sent_at;
ALTER TABLE verifications VALIDATE CONSTRAINT ck_verifications_document;
