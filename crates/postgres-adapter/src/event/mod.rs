//! Events in PostgreSQL: written to the outbox in the transaction of what they tell of, and read again.
//!
//! Each server reads them on one connection of its own ([`PgEventSource`]); people who were away read them from the table
//! ([`PgEvents`]). How readers know what they have seen is in `snapshot`.

mod line;
mod position;
mod record;
mod replay;
mod snapshot;
mod source;

pub(crate) use record::Columns;
pub use record::record;
pub use replay::PgEvents;
pub use source::PgEventSource;
