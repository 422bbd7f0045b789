-- Why: every movement of money as a posting of two or more lines that add up to nothing, per currency. Rows are only ever
--      added. Debits are positive, credits negative: a capture of 100.00 with a fee of 10.00 is provider +10000,
--      platform_fees -1000, seller_pending -9000; what a seller is owed is the negated sum of their accounts.
-- Lock: SHARE ROW EXCLUSIVE on users and transactions for the foreign keys, for milliseconds: the new table is empty.
-- Running version: does not know it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE ledger_entries (
    id uuid NOT NULL,
    posting_id uuid NOT NULL,
    line smallint NOT NULL,
    kind posting_kind NOT NULL,
    account ledger_account NOT NULL,
    -- Whose account; the house's own accounts are nobody's.
    user_id uuid,
    transaction_id uuid,
    amount_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
    -- A posting whose id is made from what caused it cannot be made twice.
    CONSTRAINT uq_ledger_entries_posting_line UNIQUE (posting_id, line),
    CONSTRAINT fk_ledger_entries_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_ledger_entries_transaction_id FOREIGN KEY (transaction_id) REFERENCES transactions (id)
    ON DELETE RESTRICT,
    CONSTRAINT ck_ledger_entries_line CHECK (line >= 1),
    CONSTRAINT ck_ledger_entries_amount_minor CHECK (amount_minor <> 0),
    CONSTRAINT ck_ledger_entries_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_ledger_entries_user_id CHECK (
        (account IN ('seller_pending', 'seller_available')) = (user_id IS NOT NULL)
    )
);

-- A person's lines, newest first.
CREATE INDEX ix_ledger_entries_user_id ON ledger_entries (user_id, created_at DESC, id DESC)
WHERE user_id IS NOT NULL;
CREATE INDEX ix_ledger_entries_transaction_id ON ledger_entries (transaction_id, created_at DESC, id DESC)
WHERE transaction_id IS NOT NULL;

-- At commit, when all lines of a posting are there. Two transactions that each write a half both fail, because neither
-- sees the other's.
CREATE FUNCTION ledger_posting_balances() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_entries WHERE posting_id = NEW.posting_id GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'the lines of posting % do not add up to zero', NEW.posting_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ledger_entries_balanced', TABLE = 'ledger_entries';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ck_ledger_entries_balanced AFTER INSERT ON ledger_entries
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed; post a correction instead'
        USING ERRCODE = 'object_not_in_prerequisite_state', TABLE = 'ledger_entries';
END
$$;

CREATE TRIGGER tg_ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
