-- squawk-ignore-file ban-drop-type
-- Loses: the types only. The tables that used them are gone by now; what is left of them blocks the drop, as it should.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TYPE verification_status;
DROP TYPE verification_type;
DROP TYPE posting_kind;
DROP TYPE ledger_account;
DROP TYPE fulfilment;
DROP TYPE transaction_status;
DROP TYPE offer_status_reason;
DROP TYPE offer_status;
DROP TYPE offer_party;
DROP TYPE message_type;
DROP TYPE stream_status;
DROP TYPE location_precision;
DROP TYPE product_condition;
DROP TYPE feed_type;
DROP TYPE product_category;
DROP TYPE session_end;
DROP TYPE user_status;
DROP TYPE user_role;
