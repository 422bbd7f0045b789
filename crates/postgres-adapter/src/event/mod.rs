//! Events in PostgreSQL: written to the outbox in the transaction of what they tell of.

mod record;

#[allow(unused_imports, reason = "for aggregates that write their events in a statement of their own")]
pub(crate) use record::Columns;
pub use record::record;
