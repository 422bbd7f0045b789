-- Loses: nothing.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

DROP TRIGGER tg_products_cells_updated ON products;
CREATE TRIGGER tg_products_cells_updated AFTER UPDATE ON products FOR EACH ROW
WHEN (
    OLD.is_available IS DISTINCT FROM NEW.is_available
    OR OLD.category IS DISTINCT FROM NEW.category
    OR OLD.feed_type IS DISTINCT FROM NEW.feed_type
    OR OLD.location IS DISTINCT FROM NEW.location
)
EXECUTE FUNCTION product_cell_changes_note();
