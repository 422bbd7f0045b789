-- Why: a dump is restored without a search path, where PostgreSQL does not find by which operator IS DISTINCT FROM compares
--      places: the trigger was missing afterwards, and maps no longer heard of places that moved. Bytes it compares anywhere.
-- Lock: SHARE ROW EXCLUSIVE on products for the trigger, for milliseconds.
-- Running version: does not notice; both are of the same transaction.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TRIGGER tg_products_cells_updated ON products;
CREATE TRIGGER tg_products_cells_updated AFTER UPDATE ON products FOR EACH ROW
WHEN (
    OLD.is_available IS DISTINCT FROM NEW.is_available
    OR OLD.category IS DISTINCT FROM NEW.category
    OR OLD.feed_type IS DISTINCT FROM NEW.feed_type
    OR OLD.location::bytea IS DISTINCT FROM NEW.location::bytea
)
EXECUTE FUNCTION product_cell_changes_note();
